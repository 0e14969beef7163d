import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { accumulate } from './accumulate-kernel.ts';
import { activationGradient } from './activation-gradient-kernel.ts';
import { adamUpdate } from './adam-kernel.ts';
import {
  absoluteDifferenceGradient,
  absoluteDifferenceSum,
  squaredDifferenceGradient,
  squaredDifferenceSum,
} from './difference-kernels.ts';
import { Dispatcher } from './dispatcher.ts';
import { instanceNorm, instanceNormGradient } from './instance-norm-kernels.ts';
import { powerIteration } from './power-iteration-kernel.ts';
import { reflectPad, reflectPadGradient } from './reflect-pad-kernels.ts';
import { setSpread, setSum } from './set-kernels.ts';
import { spectralNorm, spectralNormGradient } from './spectral-norm-kernels.ts';
import { channelSum } from './sum-kernels.ts';
import {
  uncoveredDifferenceImageGradient,
  uncoveredDifferenceMasksGradient,
  uncoveredDifferenceSum,
} from './uncovered-difference-kernels.ts';

/** Computes an op on the GPU: inputs and attributes as in `src/ops`. */
type AnyKernel = (
  dispatcher: Dispatcher,
  inputs: tf.NamedTensorInfoMap,
  attributes: object,
) => tf.TensorInfo | tf.TensorInfo[];

const KERNELS = {
  InstanceNorm: instanceNorm,
  InstanceNormGradient: instanceNormGradient,
  ReflectPad: reflectPad,
  ReflectPadGradient: reflectPadGradient,
  SetSum: setSum,
  SetSpread: setSpread,
  ActivationGradient: activationGradient,
  ChannelSum: channelSum,
  AdamUpdate: adamUpdate,
  Accumulate: accumulate,
  PowerIteration: powerIteration,
  SpectralNorm: spectralNorm,
  SpectralNormGradient: spectralNormGradient,
  AbsoluteDifferenceSum: absoluteDifferenceSum,
  AbsoluteDifferenceGradient: absoluteDifferenceGradient,
  SquaredDifferenceSum: squaredDifferenceSum,
  SquaredDifferenceGradient: squaredDifferenceGradient,
  UncoveredDifferenceSum: uncoveredDifferenceSum,
  UncoveredDifferenceImageGradient: uncoveredDifferenceImageGradient,
  UncoveredDifferenceMasksGradient: uncoveredDifferenceMasksGradient,
} as const;

/** Ops that have a kernel of this project's own on webgpu. */
export const WEBGPU_KERNEL_NAMES: readonly string[] = Object.keys(KERNELS);

export interface WebgpuKernelOptions {
  /** Kernels not to use: ops keep their reference of stock operations. @default none */
  readonly except?: readonly string[];
}

/** Kernels in use. */
export interface WebgpuKernels {
  readonly dispatcher: Dispatcher;
  /** Takes the kernels out of tfjs's registry. */
  close(): void;
}

/**
 * Registers this project's kernels for tfjs's backend `webgpu`, in place of the references that ops may have registered.
 *
 * @param backend the open backend; its buffers are managed here from now on
 * @throws Error if `except` names something that has no kernel here
 */
export function registerWebgpuKernels(
  backend: WebGPUBackend,
  { except = [] }: WebgpuKernelOptions = {},
): WebgpuKernels {
  for (const name of except) {
    if (!WEBGPU_KERNEL_NAMES.includes(name)) {
      throw new Error(`There is no webgpu kernel ${name}: ${WEBGPU_KERNEL_NAMES.join(', ')}.`);
    }
  }
  const dispatcher = new Dispatcher(backend);
  const registered: string[] = [];
  for (const [name, kernel] of Object.entries(KERNELS)) {
    if (except.includes(name)) continue;
    unregister(name);
    tf.registerKernel({
      kernelName: name,
      backendName: 'webgpu',
      kernelFunc: ({ inputs, attrs }) =>
        (kernel as unknown as AnyKernel)(dispatcher, inputs, attrs as unknown as object),
    });
    registered.push(name);
  }
  return {
    dispatcher,
    close() {
      for (const name of registered) unregister(name);
    },
  };
}

function unregister(kernelName: string): void {
  if (tf.getKernel(kernelName, 'webgpu') !== undefined) tf.unregisterKernel(kernelName, 'webgpu');
}
