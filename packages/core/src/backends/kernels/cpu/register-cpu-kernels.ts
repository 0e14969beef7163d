import type * as tf from '@tensorflow/tfjs';
import type { ActivationAttributes } from '../../../ops/activation.ts';
import type { ConvolutionAttributes, ConvolutionGeometry } from '../../../ops/convolution.ts';
import type { CpuTensors } from '../../../tfjs/cpu-tensors.ts';
import { registerKernels } from '../register-kernels.ts';
import { type ConvolutionSizes, convolve, convolveFilterGradient, convolveInputGradient } from './convolution-loops.ts';

type Shape4D = readonly [number, number, number, number];

interface KernelCall<A> {
  readonly inputs: Record<string, tf.TensorInfo>;
  readonly attributes: A;
  values(name: string): Float32Array;
  output(shape: readonly number[], values: Float32Array): tf.TensorInfo;
}

const KERNELS: Readonly<Record<string, (call: KernelCall<never>) => tf.TensorInfo>> = {
  Convolution: ({ inputs, attributes, values, output }: KernelCall<ConvolutionAttributes>) => {
    const x = shapeOf(inputs.x);
    const filter = shapeOf(inputs.filter);
    const { stride, padding } = attributes;
    const [top, bottom, left, right] = padding;
    const outHeight = Math.floor((x[1] + top + bottom - filter[0]) / stride) + 1;
    const outWidth = Math.floor((x[2] + left + right - filter[1]) / stride) + 1;
    const sizes = sizesOf(x, filter, [x[0], outHeight, outWidth, filter[3]], attributes);
    const bias = inputs.bias === undefined ? undefined : values('bias');
    const y = convolve(sizes, values('x'), values('filter'), bias, activationOf(attributes));
    return output([x[0], outHeight, outWidth, filter[3]], y);
  },
  ConvolutionInputGradient: ({
    inputs,
    attributes,
    values,
    output,
  }: KernelCall<ConvolutionGeometry & { inputShape: Shape4D }>) => {
    const sizes = sizesOf(attributes.inputShape, shapeOf(inputs.filter), shapeOf(inputs.dy), attributes);
    return output(attributes.inputShape, convolveInputGradient(sizes, values('dy'), values('filter')));
  },
  ConvolutionFilterGradient: ({
    inputs,
    attributes,
    values,
    output,
  }: KernelCall<ConvolutionGeometry & { filterShape: Shape4D }>) => {
    const sizes = sizesOf(shapeOf(inputs.x), attributes.filterShape, shapeOf(inputs.dy), attributes);
    return output(attributes.filterShape, convolveFilterGradient(sizes, values('x'), values('dy')));
  },
};

/** Ops that have a kernel here. */
export const CPU_KERNEL_NAMES: readonly string[] = Object.keys(KERNELS);

/**
 * Registers this project's kernels for tfjs's backend `cpu`, in place of the references that ops may have registered:
 * plain loops that sum in float64, several times faster than the stock ones and exact to float32.
 *
 * @param except ops that keep their reference of stock operations
 * @returns a function that unregisters the kernels
 */
export function registerCpuKernels(except: readonly string[] = []): () => void {
  return registerKernels({
    backendName: 'cpu',
    kernels: KERNELS as Record<string, (call: KernelCall<unknown>) => tf.TensorInfo>,
    except,
    functionOf:
      (kernel) =>
      ({ inputs, attrs, backend }) => {
        const cpu = backend as unknown as CpuTensors;
        const named = inputs as Record<string, tf.TensorInfo>;
        return kernel({
          inputs: named,
          attributes: attrs,
          values: (input) => cpu.data.get((named[input] as tf.TensorInfo).dataId).values,
          output: (shape, values) => cpu.makeTensorInfo([...shape], 'float32', values),
        });
      },
  });
}

function activationOf({ activation, slope }: ActivationAttributes): (sum: number) => number {
  if (activation === 'none') return (sum) => sum;
  return activation === 'tanh' ? Math.tanh : (sum) => (sum > 0 ? sum : activation === 'relu' ? 0 : slope * sum);
}

function shapeOf(tensor: tf.TensorInfo | undefined): Shape4D {
  return tensor?.shape as unknown as Shape4D;
}

function sizesOf(
  x: Shape4D,
  filter: Shape4D,
  y: Shape4D,
  { stride, padding, border }: ConvolutionGeometry,
): ConvolutionSizes {
  const [batch, height, width, inputs] = x;
  const [kernelHeight, kernelWidth] = filter;
  const [, outHeight, outWidth, outputs] = y;
  const [top, , left] = padding;
  const sides = { batch, height, width, inputs, outHeight, outWidth, outputs, kernelHeight, kernelWidth };
  return { ...sides, stride, top, left, border };
}
