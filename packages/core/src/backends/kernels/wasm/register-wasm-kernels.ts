import * as tf from '@tensorflow/tfjs';
import { adamUpdate } from './adam-kernel.ts';
import { convolution, convolutionFilterGradient, convolutionInputGradient } from './convolution-kernels.ts';
import { instanceNorm, instanceNormGradient } from './instance-norm-kernels.ts';
import { KernelRunner, KernelTensors, type WasmHost } from './kernel-runner.ts';
import { reflectPad, reflectPadGradient } from './reflect-pad-kernels.ts';

const KERNELS = {
  InstanceNorm: instanceNorm,
  InstanceNormGradient: instanceNormGradient,
  ReflectPad: reflectPad,
  ReflectPadGradient: reflectPadGradient,
  Convolution: convolution,
  ConvolutionInputGradient: convolutionInputGradient,
  ConvolutionFilterGradient: convolutionFilterGradient,
  AdamUpdate: adamUpdate,
} as const;

/** Ops that have a kernel of this project's own on wasm. */
export const WASM_KERNEL_NAMES = Object.keys(KERNELS) as readonly (keyof typeof KERNELS)[];

export interface WasmKernelOptions {
  /** Ops that keep their reference of stock operations. @default none */
  readonly except?: readonly string[];
  /** Fused multiply-add where the machine has it: faster, and rounded once instead of twice. @default true */
  readonly fused?: boolean;
}

/** Kernels in use. */
export interface WasmKernels {
  /** Takes the kernels out of tfjs's registry and ends their threads. */
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
 * @throws Error if `except` names an op that has no kernel here
 */
export function registerWasmKernels(
  host: WasmHost,
  { except = [], fused = true }: WasmKernelOptions = {},
): WasmKernels {
  for (const name of except) {
    if (!(name in KERNELS)) throw new Error(`There is no wasm kernel ${name}: ${WASM_KERNEL_NAMES.join(', ')}.`);
  }
  const runner = new KernelRunner(host, fused);
  const names = WASM_KERNEL_NAMES.filter((name) => !except.includes(name));
  for (const name of names) {
    unregister(name);
    const kernel = KERNELS[name] as unknown as AnyKernel;
    tf.registerKernel({
      kernelName: name,
      backendName: 'wasm',
      kernelFunc: ({ inputs, backend, attrs }) =>
        kernel(runner, new KernelTensors(backend), inputs, attrs as unknown as object),
    });
  }
  return {
    close() {
      for (const name of names) unregister(name);
      runner.close();
    },
  };
}

function unregister(kernelName: string): void {
  if (tf.getKernel(kernelName, 'wasm') !== undefined) tf.unregisterKernel(kernelName, 'wasm');
}
