import type * as tf from '@tensorflow/tfjs';
import { type KernelFunction, replaceStockKernels } from '../../../tfjs/stock-kernels.ts';
import { checkKernelNames, registerKernels } from '../register-kernels.ts';
import { convolution, convolutionFilterGradient, convolutionInputGradient } from './convolution/convolution-kernels.ts';
import { KernelRunner, KernelTensors, type WasmHost } from './module/kernel-runner.ts';
import { activationGradient } from './ops/activation-kernels.ts';
import { adamUpdate } from './ops/adam-kernel.ts';
import { instanceNorm, instanceNormGradient } from './ops/instance-norm-kernels.ts';
import {
  absoluteDifferenceSum,
  channelSum,
  type ReductionAttributes,
  reduce,
  reductionPlan,
} from './ops/reduction-kernels.ts';
import { reflectPad, reflectPadGradient } from './ops/reflect-pad-kernels.ts';
import { setSpread, setSum } from './ops/set-kernels.ts';
import { powerIteration, spectralNorm, spectralNormGradient } from './ops/spectral-norm-kernels.ts';

const KERNELS = {
  InstanceNorm: instanceNorm,
  InstanceNormGradient: instanceNormGradient,
  ReflectPad: reflectPad,
  ReflectPadGradient: reflectPadGradient,
  Convolution: convolution,
  ConvolutionInputGradient: convolutionInputGradient,
  ConvolutionFilterGradient: convolutionFilterGradient,
  ActivationGradient: activationGradient,
  ChannelSum: channelSum,
  AdamUpdate: adamUpdate,
  PowerIteration: powerIteration,
  SpectralNorm: spectralNorm,
  SpectralNormGradient: spectralNormGradient,
  AbsoluteDifferenceSum: absoluteDifferenceSum,
  SetSum: setSum,
  SetSpread: setSpread,
} as const;

/** Replacements of stock kernels, which may fall back to them. */
const REPLACEMENTS: Readonly<Record<string, (runner: KernelRunner, stock: KernelFunction) => KernelFunction>> = {
  Sum: (runner, stock) => reduction(runner, stock, 'sum'),
  Mean: (runner, stock) => reduction(runner, stock, 'mean'),
  Identity: sharing,
};

/** Ops and stock operations of tfjs that have a kernel here. */
export const WASM_KERNEL_NAMES: readonly string[] = [...Object.keys(KERNELS), ...Object.keys(REPLACEMENTS)];

export interface WasmKernelOptions {
  /** Kernels not to use: ops keep their reference of stock operations. @default none */
  readonly except?: readonly string[];
  /** Fused multiply-add where the machine has it: faster, and rounded once instead of twice. @default true */
  readonly fused?: boolean;
}

/** Kernels in use. */
export interface WasmKernels {
  /** Whether a multiply and an add are one instruction (relaxed SIMD). */
  readonly fused: boolean;
  /** Unregisters the kernels and ends their threads. */
  close(): void;
}

type AnyKernel = (
  runner: KernelRunner,
  tensors: KernelTensors,
  inputs: tf.NamedTensorInfoMap,
  attributes: object,
) => tf.TensorInfo | tf.TensorInfo[];

/**
 * Registers this project's kernels for tfjs's backend `wasm`, in place of the references that ops may have registered.
 * Results do not depend on the number of threads.
 *
 * @param host the open backend
 * @throws Error if `except` names something that has no kernel here
 */
export function registerWasmKernels(
  host: WasmHost,
  { except = [], fused = true }: WasmKernelOptions = {},
): WasmKernels {
  checkKernelNames('wasm', except, WASM_KERNEL_NAMES);
  const runner = new KernelRunner(host, fused);
  const unregister = registerKernels({
    backendName: 'wasm',
    kernels: KERNELS as unknown as Record<string, AnyKernel>,
    except,
    functionOf:
      (kernel) =>
      ({ inputs, backend, attrs }) =>
        kernel(runner, new KernelTensors(backend), inputs, attrs as unknown as object),
  });
  const restore = replaceStockKernels({
    backendName: 'wasm',
    kernels: REPLACEMENTS,
    except,
    functionOf: (replacement, stock) => replacement(runner, stock),
  });
  return {
    fused: runner.fused,
    close() {
      restore();
      unregister();
      runner.close();
    },
  };
}

/**
 * Reduces float32 tensors along neighbouring axes here, and others as before: the stock kernel adds in float32 one by
 * one, and transposes first unless the last axis goes.
 */
function reduction(runner: KernelRunner, stock: KernelFunction, scale: 'sum' | 'mean'): KernelFunction {
  return (call) => {
    const x = call.inputs.x as tf.TensorInfo;
    const plan = x.dtype === 'float32' && reductionPlan(x.shape, call.attrs as unknown as ReductionAttributes);
    return plan ? reduce(runner, new KernelTensors(call.backend), x, plan, scale) : stock(call);
  };
}

/**
 * A copy that shares the memory of its source, as on other backends. The stock kernel copies the values, and tfjs makes
 * a copy of everything that a gradient will need: filters and activations would lie in memory two or three times.
 */
function sharing(_runner: KernelRunner, stock: KernelFunction): KernelFunction {
  return (call) => {
    const { dataId, shape, dtype } = call.inputs.x as tf.TensorInfo;
    if (dtype === 'string') return stock(call);
    new KernelTensors(call.backend).share(dataId);
    return { dataId, shape, dtype };
  };
}
