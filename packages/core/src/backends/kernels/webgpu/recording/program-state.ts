import * as tf from '@tensorflow/tfjs';
import { replaceTensors, type State } from '../../../../programs/state.ts';
import { tensorsOf } from '../../../../programs/tree.ts';
import type { Copy } from '../device/command-log.ts';
import type { Dispatcher } from '../device/dispatcher.ts';

/**
 * Prepares state to be overwritten in place: puts it on the GPU, in memory that no other tensor shares, and forgets what was
 * computed from its values.
 *
 * @returns its memory, tensor by tensor
 */
export function prepareState(gpu: Dispatcher, states: readonly State[]): GPUBuffer[] {
  return states.flatMap((state) => {
    const separated = new Map<tf.Tensor, tf.Tensor>();
    const buffers = tensorsOf(state).map((tensor) => {
      const buffer = gpu.buffer(tensor);
      gpu.detach(tensor);
      const alone = gpu.separated(tensor);
      if (alone !== undefined) separated.set(tensor, tf.engine().makeTensorFromTensorInfo(alone));
      return buffer;
    });
    exchange(state, separated);
    return buffers;
  });
}

/**
 * Moves state back into its own memory after a program replaced it.
 *
 * @param buffers that memory, from {@link prepareState}
 * @returns the copies that bring the new values there
 */
export function writeBackState(gpu: Dispatcher, states: readonly State[], buffers: readonly GPUBuffer[]): Copy[] {
  let place = 0;
  return states.flatMap((state) => {
    const copies: Copy[] = [];
    const moved = new Map<tf.Tensor, tf.Tensor>();
    for (const tensor of tensorsOf(state)) {
      const buffer = buffers[place++] as GPUBuffer;
      if (!tensor.isDisposed) gpu.detach(tensor);
      const now = tensor.isDisposed ? undefined : gpu.buffer(tensor);
      if (now === buffer) continue;
      if (now !== undefined) copies.push({ from: now, to: buffer, bytes: 4 * tensor.size });
      moved.set(tensor, tf.engine().makeTensorFromTensorInfo(gpu.tensorOn(buffer, tensor)));
    }
    exchange(state, moved);
    return copies;
  });
}

/** The buffers of tensors that a program reads in place. Forgets what was computed from their values. */
export function capturedBuffers(gpu: Dispatcher, captured: readonly tf.Tensor[]): GPUBuffer[] {
  releaseDerived(gpu, captured);
  return captured.map((tensor) => gpu.buffer(tensor));
}

/** Forgets what was computed from tensors and is attached to them. */
export function releaseDerived(gpu: Dispatcher, tensors: readonly tf.Tensor[]): void {
  for (const tensor of tensors) gpu.detach(tensor);
}

/** Replaces some tensors of a state by others. */
function exchange(state: State, others: ReadonlyMap<tf.Tensor, tf.Tensor>): void {
  if (others.size === 0) return;
  replaceTensors(
    state,
    tensorsOf(state).map((tensor) => others.get(tensor) ?? tensor),
  );
  tf.dispose([...others.keys()]);
}
