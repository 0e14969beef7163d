import * as tf from '@tensorflow/tfjs';
import { flatten, unflatten } from './tree.ts';

/**
 * Tensors that a program replaces, such as the weights of a network with Adam's moments: trees by name. The map stays the
 * same while programs replace its entries, and its owner disposes of them.
 */
export type State = Map<string, unknown>;

/** Replaces all tensors of a state, in their order, and keeps the new ones. Does not dispose of the old ones. */
export function replaceTensors(state: State, tensors: readonly tf.Tensor[]): void {
  let next = 0;
  for (const [name, tree] of state) {
    const { structure, tensors: before } = flatten(tree);
    const after = tensors.slice(next, next + before.length);
    next += before.length;
    for (const tensor of after) tf.keep(tensor);
    state.set(name, unflatten(structure, after));
  }
}
