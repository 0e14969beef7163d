import type * as tf from '@tensorflow/tfjs';
import { type KernelFunction, replaceStockKernels } from '../../../tfjs/stock-kernels.ts';
import { checkKernelNames, registerKernels } from '../register-kernels.ts';
import { ConvolutionKernels, type ConvolutionOptions } from './convolution/convolution-kernels.ts';
import type { Dispatcher } from './device/dispatcher.ts';
import { accumulate } from './ops/accumulate-kernel.ts';
import { activationGradient } from './ops/activation-gradient-kernel.ts';
import { adamUpdate } from './ops/adam-kernel.ts';
import { addition } from './ops/add-kernel.ts';
import {
  absoluteDifferenceGradient,
  absoluteDifferenceSum,
  squaredDifferenceGradient,
  squaredDifferenceSum,
} from './ops/difference-kernels.ts';
import { instanceNorm, instanceNormGradient } from './ops/instance-norm-kernels.ts';
import { powerIteration } from './ops/power-iteration-kernel.ts';
import { reflectPad, reflectPadGradient } from './ops/reflect-pad-kernels.ts';
import { setSpread, setSum } from './ops/set-kernels.ts';
import { spectralNorm, spectralNormGradient } from './ops/spectral-norm-kernels.ts';
import { channelSum } from './ops/sum-kernels.ts';
import {
  uncoveredDifferenceImageGradient,
  uncoveredDifferenceMasksGradient,
  uncoveredDifferenceSum,
} from './ops/uncovered-difference-kernels.ts';

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

/** Replacements of stock kernels, which may fall back to them. */
const REPLACEMENTS: Readonly<Record<string, (dispatcher: Dispatcher, stock: KernelFunction) => KernelFunction>> = {
  Add: addition,
};

/** Ops and stock operations of tfjs that have a kernel here. */
export const WEBGPU_KERNEL_NAMES: readonly string[] = [KERNELS, CONVOLUTIONS, REPLACEMENTS].flatMap(Object.keys);

export interface WebgpuKernelOptions {
  /** Kernels not to use: ops keep their reference of stock operations. */
  readonly except: readonly string[];
  readonly convolutions: ConvolutionOptions;
}

/** Kernels in use. */
export interface WebgpuKernels {
  /** Unregisters the kernels. */
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
  checkKernelNames('webgpu', except, WEBGPU_KERNEL_NAMES);
  const convolutions = new ConvolutionKernels(dispatcher, convolutionOptions);
  const ofConvolutions = Object.entries(CONVOLUTIONS).map(([name, method]): [string, AnyKernel] => [
    name,
    (_dispatcher, inputs, attributes) => convolutions[method](inputs as never, attributes as never),
  ]);
  const unregister = registerKernels({
    backendName: 'webgpu',
    kernels: { ...(KERNELS as unknown as Record<string, AnyKernel>), ...Object.fromEntries(ofConvolutions) },
    except,
    functionOf:
      (kernel) =>
      ({ inputs, attrs }) =>
        kernel(dispatcher, inputs, attrs as unknown as object),
  });
  const restore = replaceStockKernels({
    backendName: 'webgpu',
    kernels: REPLACEMENTS,
    except,
    functionOf: (replacement, stock) => replacement(dispatcher, stock),
  });
  return {
    close() {
      restore();
      unregister();
    },
  };
}
