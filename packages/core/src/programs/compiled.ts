import * as tf from '@tensorflow/tfjs';
import { directRunner, type ProgramRunner } from './program.ts';
import type { State } from './state.ts';
import { flatten, tensorsOf, treeKey, unflatten } from './tree.ts';

export interface CompiledOptions {
  /** What the function replaces, such as weights that are trained. @default nothing */
  readonly state?: readonly State[];
  /** A tree of tensors that it reads beside its inputs, where they lie, such as weights that stay. @default none */
  readonly captured?: unknown;
  /** Those of the open backend. @default computes each call operation by operation */
  readonly programs?: ProgramRunner | undefined;
}

/** Whether a compiled function is being computed. */
let isComputing = false;

/**
 * Makes a function of tensors that the backend may record at one call and replay at later ones, like `jit` of jax. Two
 * calls are equal if their names are and their trees (inputs, state and captured tensors) differ in nothing but the values of
 * tensors; so constants among the inputs may decide what is computed. A call within another compiled function is part of
 * that one.
 *
 * @param name tells functions apart
 * @param compute reads no values of tensors, and no tensors except its inputs, `state` and `captured`. A replay does not call
 *   it. It returns new tensors, and constants that follow from the structure of the trees
 * @returns takes a tree and returns one, of tensors that are kept and belong to the caller, or, within another compiled
 *   function, to its scope
 */
export function compiled<Inputs, Outputs>(
  name: string,
  compute: (inputs: Inputs) => Outputs,
  { state = [], captured = [], programs = directRunner }: CompiledOptions = {},
): (inputs: Inputs) => Outputs {
  return (inputs) => {
    if (isComputing) return within(() => compute(inputs));
    const given = flatten(inputs);
    const outputs = programs.run({
      key: `${name} ${treeKey([inputs, state, captured])}`,
      inputs: given.tensors,
      state,
      captured: tensorsOf(captured),
      compute(tensors) {
        isComputing = true;
        try {
          return flatten(compute(unflatten<Inputs>(given.structure, tensors)));
        } finally {
          isComputing = false;
        }
      },
    });
    return unflatten<Outputs>(outputs.structure, outputs.tensors);
  };
}

/** Disposes of the tensors that `work` makes and does not return; those it returns belong to the outer scope. */
function within<T>(work: () => T): T {
  const engine = tf.engine();
  engine.startScope();
  let returned: T | undefined;
  try {
    returned = work();
    return returned;
  } finally {
    engine.endScope(tensorsOf(returned));
  }
}
