import * as tf from '@tensorflow/tfjs';
import { flatten, unflatten } from './tree.ts';

/**
 * Tensors that a program replaces, such as the weights of a network with Adam's moments: trees by name, in a map that stays
 * while its entries are exchanged. They are kept, and belong to the owner of the map.
 */
export type State = Map<string, unknown>;

/** Puts tensors in the places of all those of a state, in their order, and keeps them. Those before are let go. */
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
