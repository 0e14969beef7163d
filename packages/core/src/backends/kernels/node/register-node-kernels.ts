import type * as tf from '@tensorflow/tfjs';
import type { ActivationAttributes } from '../../../ops/activation.ts';
import type { Handle, TensorflowBackend } from '../../../tfjs/tensorflow-binding.ts';
import { registerKernels } from '../register-kernels.ts';
import { convolution, convolutionFilterGradient, convolutionInputGradient } from './convolution/convolution-kernels.ts';
import { activationGradient } from './ops/activation-kernels.ts';
import { adamUpdate } from './ops/adam-kernel.ts';
import { instanceNorm, instanceNormGradient } from './ops/instance-norm-kernels.ts';
import {
  absoluteDifferenceGradient,
  absoluteDifferenceSum,
  channelSum,
  squaredDifferenceGradient,
  squaredDifferenceSum,
} from './ops/loss-kernels.ts';
import { reflectPad, reflectPadGradient } from './ops/reflect-pad-kernels.ts';
import { setSpread, setSum } from './ops/set-kernels.ts';
import { powerIteration, spectralNorm, spectralNormGradient } from './ops/spectral-norm-kernels.ts';
import { TensorflowCall } from './tensorflow/tensorflow-call.ts';
import type { TensorflowConstants } from './tensorflow/tensorflow-constants.ts';

const KERNELS = {
  Convolution: convolution,
  ConvolutionInputGradient: convolutionInputGradient,
  ConvolutionFilterGradient: convolutionFilterGradient,
  ChannelSum: channelSum,
  ActivationGradient: (call: TensorflowCall, { dy, y }: Record<'dy' | 'y', Handle>, attributes: ActivationAttributes) =>
    activationGradient(call, dy, y, attributes),
  InstanceNorm: instanceNorm,
  InstanceNormGradient: instanceNormGradient,
  ReflectPad: reflectPad,
  ReflectPadGradient: reflectPadGradient,
  SetSum: setSum,
  SetSpread: setSpread,
  SpectralNorm: spectralNorm,
  SpectralNormGradient: spectralNormGradient,
  PowerIteration: powerIteration,
  SquaredDifferenceSum: squaredDifferenceSum,
  SquaredDifferenceGradient: squaredDifferenceGradient,
  AbsoluteDifferenceSum: absoluteDifferenceSum,
  AbsoluteDifferenceGradient: absoluteDifferenceGradient,
  AdamUpdate: adamUpdate,
} as const;

/** Ops that have a kernel here. */
export const NODE_KERNEL_NAMES: readonly string[] = Object.keys(KERNELS);

type AnyKernel = (
  call: TensorflowCall,
  inputs: Record<string, Handle | Handle[]>,
  attributes: object,
) => Handle | readonly Handle[];

/**
 * Registers this project's kernels for tfjs-node's backend, in place of the references that ops may have registered:
 * each op as the fewest of TensorFlow's own operations that compute it.
 *
 * @param constants of the same backend
 * @param except ops that keep their reference of stock operations
 * @returns a function that unregisters the kernels and frees the constants
 */
export function registerNodeKernels(
  backendName: string,
  backend: TensorflowBackend,
  constants: TensorflowConstants,
  except: readonly string[] = [],
): () => void {
  const call = new TensorflowCall(constants);
  const unregister = registerKernels({
    backendName,
    kernels: KERNELS as unknown as Record<string, AnyKernel>,
    except,
    functionOf:
      (kernel) =>
      ({ inputs, attrs }) => {
        constants.trim();
        const handles = Object.fromEntries(
          Object.entries(inputs).flatMap(([input, value]) =>
            value === undefined ? [] : [[input, handlesOf(backend, value as tf.TensorInfo | tf.TensorInfo[])]],
          ),
        );
        try {
          const results = kernel(call, handles, (attrs ?? {}) as object);
          const list = Array.isArray(results) ? (results as readonly Handle[]) : [results as Handle];
          call.finish(list);
          const outputs = list.map((handle) => backend.createOutputTensor(handle));
          return outputs.length === 1 ? (outputs[0] as tf.TensorInfo) : outputs;
        } catch (error) {
          call.finish();
          throw error;
        }
      },
  });
  return () => {
    unregister();
    constants.trim(0);
  };
}

function handlesOf(backend: TensorflowBackend, value: tf.TensorInfo | readonly tf.TensorInfo[]): Handle | Handle[] {
  const tensors = Array.isArray(value) ? (value as readonly tf.TensorInfo[]) : [value as tf.TensorInfo];
  const ids = backend.getInputTensorIds(tensors);
  const dtype = backend.binding.TF_FLOAT;
  const handles = tensors.map(({ shape }, i): Handle => ({ id: ids[i] as number, shape, dtype }));
  return Array.isArray(value) ? handles : (handles[0] as Handle);
}
