import * as tf from '@tensorflow/tfjs';
import type { ProgramState } from '../../program.ts';
import type { Copy } from './command-log.ts';
import type { Dispatcher } from './dispatcher.ts';

/**
 * Prepares state for being overwritten where it is: it lies on the GPU, shares its memory with no other tensor, and
 * nothing is kept that follows from its values.
 *
 * @returns its memory, tensor by tensor
 */
export function claimState(gpu: Dispatcher, states: readonly ProgramState[]): GPUBuffer[] {
  return states.flatMap((state) => {
    const separated = new Map<tf.Tensor, tf.Tensor>();
    const homes = state.tensors().map((tensor) => {
      const home = gpu.buffer(tensor);
      gpu.detach(tensor);
      const alone = gpu.separated(tensor);
      if (alone !== undefined) separated.set(tensor, tf.engine().makeTensorFromTensorInfo(alone));
      return home;
    });
    exchange(state, separated);
    return homes;
  });
}

/**
 * Puts state back into its memory after it was replaced.
 *
 * @param homes that memory, from {@link claimState}
 * @returns how the new values get there
 */
export function settleState(gpu: Dispatcher, states: readonly ProgramState[], homes: readonly GPUBuffer[]): Copy[] {
  let place = 0;
  return states.flatMap((state) => {
    const copies: Copy[] = [];
    const moved = new Map<tf.Tensor, tf.Tensor>();
    for (const tensor of state.tensors()) {
      const home = homes[place++] as GPUBuffer;
      if (!tensor.isDisposed) gpu.detach(tensor);
      const now = tensor.isDisposed ? undefined : gpu.buffer(tensor);
      if (now === home) continue;
      if (now !== undefined) copies.push({ from: now, to: home, bytes: 4 * tensor.size });
      moved.set(tensor, tf.engine().makeTensorFromTensorInfo(gpu.tensorOn(home, tensor)));
    }
    exchange(state, moved);
    return copies;
  });
}

/** Replaces some tensors of a state by others. */
function exchange(state: ProgramState, others: ReadonlyMap<tf.Tensor, tf.Tensor>): void {
  if (others.size === 0) return;
  state.replace(state.tensors().map((tensor) => others.get(tensor) ?? tensor));
  tf.dispose([...others.keys()]);
}
