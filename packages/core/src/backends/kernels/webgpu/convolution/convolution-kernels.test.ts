import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import t from 'tap';
import {
  type ConvolutionCase,
  eachProduct,
  outputShape,
  relativeError,
  sameBits,
  values,
} from '../../../testing/convolution-case.ts';
import { openOrSkip } from '../../../testing/open-or-skip.ts';
import { Dispatcher } from '../device/dispatcher.ts';
import { ConvolutionKernels, type ConvolutionOptions } from './convolution-kernels.ts';
import { MIN_TILE_SHAPE, type TileShape } from './tile-shape.ts';

/** Sizes that no tile divides, and a depth that is split. */
const CASE: ConvolutionCase = {
  input: [2, 9, 11, 12],
  kernel: [3, 3],
  outputs: 20,
  stride: 1,
  padding: [1, 1, 1, 1],
};
const OUTPUT = outputShape(CASE);
const FILTER = [...CASE.kernel, CASE.input[3], CASE.outputs] as [number, number, number, number];
const GEOMETRY = { stride: CASE.stride, padding: CASE.padding, border: 'zero' } as const;

const X = values(
  CASE.input.reduce((a, b) => a * b),
  1,
);
const WEIGHTS = values(
  FILTER.reduce((a, b) => a * b),
  2,
);

function gradients(size: number): Float32Array {
  return values(
    OUTPUT.reduce((a, b) => a * b),
    3,
  ).map((value) => value * size);
}

/** y, dx and the filter's gradient in float64. */
function expected(dy: Float32Array): [Float64Array, Float64Array, Float64Array] {
  const y = new Float64Array(dy.length);
  const dx = new Float64Array(X.length);
  const df = new Float64Array(WEIGHTS.length);
  eachProduct(CASE, (i, f, o) => {
    y[o]! += X[i]! * WEIGHTS[f]!;
    dx[i]! += dy[o]! * WEIGHTS[f]!;
    df[f]! += X[i]! * dy[o]!;
  });
  return [y, dx, df];
}

t.test('the convolutions on webgpu', async (t) => {
  const backend = await openOrSkip(t, 'webgpu');
  if (backend === null) return;
  const dispatcher = new Dispatcher(tf.backend() as WebGPUBackend);

  async function compute(options: ConvolutionOptions, gradient: Float32Array): Promise<Float32Array[]> {
    const kernels = new ConvolutionKernels(dispatcher, options);
    const [x, filter, dy] = [tf.tensor(X, CASE.input), tf.tensor(WEIGHTS, FILTER), tf.tensor(gradient, OUTPUT)];
    const results = [
      kernels.forward({ x, filter }, { ...GEOMETRY, activation: 'none', slope: 0 }),
      kernels.inputGradient({ dy, filter }, { ...GEOMETRY, inputShape: CASE.input }),
      kernels.filterGradient({ x, dy }, { ...GEOMETRY, filterShape: FILTER }),
    ].map((result) => tf.engine().makeTensorFromTensorInfo(result));
    const read = (await Promise.all(results.map((result) => result.data()))) as Float32Array[];
    tf.dispose([x, filter, dy, ...results]);
    return read;
  }

  await t.test('programs made for one layer compute what shared ones do: GPUs run the former', async (t) => {
    const tile: TileShape = { ...MIN_TILE_SHAPE, prefetch: true };
    const dy = gradients(1);
    const exact = expected(dy);
    const actual = await compute({ chooseTile: () => tile, specialised: true, products: 'f32' }, dy);
    for (const [i, name] of ['y', 'dx', 'the filter gradient'].entries()) {
      const error = relativeError(actual[i]!, exact[i]!);
      t.ok(error < 1e-6, `${name} is off by ${error}`);
    }
  });

  await t.test('programs made for one layer count reflected pixels as shared ones do', async (t) => {
    for (const { kernel, stride, pad } of [
      { kernel: 3, stride: 1, pad: 1 },
      { kernel: 5, stride: 1, pad: 2 },
      { kernel: 3, stride: 2, pad: 1 },
    ]) {
      const inputShape = [2, 5, 8, 4] as const;
      const outSide = (side: number) => Math.floor((side + 2 * pad - kernel) / stride) + 1;
      const [dy, filter] = [
        [2, outSide(5), outSide(8), 4],
        [kernel, kernel, 4, 4],
      ].map((shape, seed) => {
        const size = shape.reduce((a, b) => a * b);
        return tf.tensor(values(size, seed), shape);
      }) as [tf.Tensor, tf.Tensor];
      const gradients: Float32Array[] = [];
      for (const specialised of [true, false]) {
        const options = { chooseTile: () => MIN_TILE_SHAPE, specialised, products: 'f32' } as const;
        const geometry = { stride, padding: [pad, pad, pad, pad], border: 'reflect' } as const;
        const dx = new ConvolutionKernels(dispatcher, options).inputGradient(
          { dy, filter },
          { ...geometry, inputShape },
        );
        const tensor = tf.engine().makeTensorFromTensorInfo(dx);
        gradients.push((await tensor.data()) as Float32Array);
        tensor.dispose();
      }
      const [one, shared] = gradients as [Float32Array, Float32Array];
      t.ok(sameBits([one], [shared]) && one.some((value) => value !== 0), `${kernel}x${kernel}, stride ${stride}`);
      tf.dispose([dy, filter]);
    }
  });

  await t.test('the same sums come out the same every time, also those that are split', async (t) => {
    const options: ConvolutionOptions = { chooseTile: () => MIN_TILE_SHAPE, specialised: false, products: 'f32' };
    const dy = gradients(1);
    t.ok(sameBits(await compute(options, dy), await compute(options, dy)));
  });

  if (!dispatcher.device.features.has('shader-f16')) {
    t.pass('half precision', { skip: 'the adapter has no shader-f16' });
    return;
  }
  await t.test(
    'half precision holds gradients of any size: small ones do not vanish, large ones do not overflow',
    async (t) => {
      const options: ConvolutionOptions = { chooseTile: () => MIN_TILE_SHAPE, specialised: false, products: 'f16' };
      for (const size of [1, 1e-9, 1e9]) {
        const dy = gradients(size);
        const exact = expected(dy);
        const actual = await compute(options, dy);
        for (const [i, name] of ['y', 'dx', 'the filter gradient'].entries()) {
          const error = relativeError(actual[i]!, exact[i]!);
          t.ok(error > 1e-6 && error < 1e-3, `gradients of ${size}: ${name} is off by ${error}`);
        }
      }
    },
  );

  await t.test('half precision keeps what is not a number: a ruined run must be seen', async (t) => {
    const options: ConvolutionOptions = { chooseTile: () => MIN_TILE_SHAPE, specialised: false, products: 'f16' };
    const dy = gradients(1);
    dy[100] = Number.NaN;
    const [, dx, df] = await compute(options, dy);
    t.ok(dx!.some(Number.isNaN) && df!.some(Number.isNaN));
  });
});
