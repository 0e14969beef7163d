import * as tf from '@tensorflow/tfjs';
import { accumulate } from './accumulate-kernel.ts';
import { activationGradient } from './activation-gradient-kernel.ts';
import { adamUpdate } from './adam-kernel.ts';
import { replaceAddition } from './add-kernel.ts';
import { ConvolutionKernels, type ConvolutionOptions } from './convolution-kernels.ts';
import {
  absoluteDifferenceGradient,
  absoluteDifferenceSum,
  squaredDifferenceGradient,
  squaredDifferenceSum,
} from './difference-kernels.ts';
import type { Dispatcher } from './dispatcher.ts';
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

/** Methods of {@link ConvolutionKernels}. */
const CONVOLUTIONS = {
  Convolution: 'forward',
  ConvolutionInputGradient: 'inputGradient',
  ConvolutionFilterGradient: 'filterGradient',
} as const;

/** Ops that have a kernel of this project's own on webgpu. */
export const WEBGPU_KERNEL_NAMES: readonly string[] = [...Object.keys(KERNELS), ...Object.keys(CONVOLUTIONS)];

export interface WebgpuKernelOptions {
  /** Kernels not to use: ops keep their reference of stock operations. */
  readonly except: readonly string[];
  readonly convolutions: ConvolutionOptions;
}

/** Kernels in use. */
export interface WebgpuKernels {
  /** Takes the kernels out of tfjs's registry. */
  close(): void;
}

/**
 * Registers this project's kernels for tfjs's backend `webgpu`, in place of the references that ops may have registered.
 *
 * @throws Error if `except` names something that has no kernel here
 */
export function registerWebgpuKernels(
  dispatcher: Dispatcher,
  { except, convolutions: convolutionOptions }: WebgpuKernelOptions,
): WebgpuKernels {
  for (const name of except) {
    if (!WEBGPU_KERNEL_NAMES.includes(name)) {
      throw new Error(`There is no webgpu kernel ${name}: ${WEBGPU_KERNEL_NAMES.join(', ')}.`);
    }
  }
  const convolutions = new ConvolutionKernels(dispatcher, convolutionOptions);
  const kernels = new Map(Object.entries(KERNELS) as [string, unknown][] as [string, AnyKernel][]);
  for (const [name, method] of Object.entries(CONVOLUTIONS)) {
    kernels.set(name, (_dispatcher, inputs, attributes) => convolutions[method](inputs as never, attributes as never));
  }
  const registered: string[] = [];
  for (const [name, kernel] of kernels) {
    if (except.includes(name)) continue;
    unregister(name);
    tf.registerKernel({
      kernelName: name,
      backendName: 'webgpu',
      kernelFunc: ({ inputs, attrs }) => kernel(dispatcher, inputs, attrs as unknown as object),
    });
    registered.push(name);
  }
  const restoreAddition = replaceAddition(dispatcher);
  return {
    close() {
      restoreAddition();
      for (const name of registered) unregister(name);
    },
  };
}

function unregister(kernelName: string): void {
  if (tf.getKernel(kernelName, 'webgpu') !== undefined) tf.unregisterKernel(kernelName, 'webgpu');
}
