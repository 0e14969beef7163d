// Times single operations on one backend in this process and prints one line of JSON: `MeasuredOps`.

import {
  adamRates,
  adamUpdate,
  convolution,
  convolutionFilterGradient,
  convolutionInputGradient,
  instanceNorm,
} from '@instagan/core/internals/ops';
import * as tf from '@tensorflow/tfjs';
import { type ConvolutionLayer, type OpCase, outputSize, type Shape4D } from '../op-cases.ts';
import { type MeasurementOptions, openForMeasurement, secondsOf } from './measuring.ts';

export interface MeasuredOps {
  readonly device: string;
  /** Seconds of one call, of each repeat, in the order of the cases. */
  readonly seconds: readonly (readonly number[])[];
}

/** A repeat is as many calls as take this long, so that clocks and waiting for a GPU do not count. */
const REPEAT_SECONDS = 0.1;
const MAX_CALLS = 1000;

const options = JSON.parse(process.argv[2] ?? '{}') as MeasurementOptions & { readonly cases: readonly OpCase[] };
const backend = await openForMeasurement(options);
const seconds: number[][] = [];
for (const opCase of options.cases) seconds.push(await measure(opCase));
const measured: MeasuredOps = { device: backend.device, seconds };
process.stdout.write(`${JSON.stringify(measured)}\n`);
await backend.close();

async function measure(opCase: OpCase): Promise<number[]> {
  const { call, inputs } = prepare(opCase);
  const calls = async (count: number) => {
    const first = tf.tidy(() => {
      let results: tf.Tensor[] = [];
      for (let i = 0; i < count; i++) {
        tf.dispose(results);
        results = [call()].flat();
      }
      return tf.slice(tf.reshape(results[0] as tf.Tensor, [-1]), 0, 1);
    });
    await first.data();
    first.dispose();
  };
  const [once = 0] = await secondsOf(() => calls(1), { warmUp: 1, repeats: 1 });
  const count = Math.min(MAX_CALLS, Math.max(1, Math.round(REPEAT_SECONDS / once)));
  const all = await secondsOf(() => calls(count), options);
  tf.dispose(inputs);
  return all.map((each) => each / count);
}

interface Prepared {
  readonly call: () => tf.Tensor | tf.Tensor[];
  /** To be disposed by the caller. */
  readonly inputs: tf.Tensor[];
}

function prepare(opCase: OpCase): Prepared {
  if ('shapes' in opCase) return prepareAdam(opCase.shapes);
  return 'shape' in opCase ? prepareNorm(opCase.op, opCase.shape) : prepareConvolution(opCase.op, opCase.layer);
}

function prepareAdam(shapes: readonly (readonly number[])[]): Prepared {
  const [parameters, gradients, m] = [shapes.map(random), shapes.map(random), shapes.map(random)];
  const v = m.map((tensor) => tf.square(tensor));
  const attributes = { beta1: 0.5, beta2: 0.999, epsilon: 1e-8 };
  const rates = adamRates(1e-4, attributes, 2);
  const call = () => {
    const after = adamUpdate({ parameters, m, v }, gradients, rates, attributes);
    return [...after.parameters, ...after.m, ...after.v];
  };
  return { call, inputs: [...parameters, ...gradients, ...m, ...v, rates] };
}

function prepareNorm(op: 'InstanceNorm' | 'InstanceNormGradient', shape: Shape4D): Prepared {
  const [batch, , , channels] = shape;
  const [x, dy] = [random(shape), random(shape)];
  const relu = { kind: 'relu' } as const;
  if (op === 'InstanceNorm') return { call: () => instanceNorm(x, relu), inputs: [x, dy] };
  // Makes the operation known to a backend that has no kernel of its own.
  tf.dispose(tf.grad((input) => instanceNorm(input as tf.Tensor4D, relu))(x, dy));
  const [mean, inverseDeviation] = [tf.zeros([batch, channels]), tf.ones([batch, channels])];
  const attributes = { activation: 'relu', slope: 0 };
  const call = () => tf.engine().runKernel(op, { dy, x, mean, inverseDeviation }, attributes) as tf.Tensor;
  return { call, inputs: [x, dy, mean, inverseDeviation] };
}

function prepareConvolution(
  op: 'Convolution' | 'ConvolutionInputGradient' | 'ConvolutionFilterGradient',
  layer: ConvolutionLayer,
): Prepared {
  const { input, kernel, outputs, stride, padding: pad, border } = layer;
  const geometry = { stride, padding: [pad, pad, pad, pad], border } as const;
  const x = random(input);
  const filter = random([kernel, kernel, input[3], outputs]);
  const [outHeight, outWidth] = outputSize(layer);
  const dy = random([input[0], outHeight, outWidth, outputs]);
  const calls = {
    Convolution: () => convolution(x, filter, geometry),
    ConvolutionInputGradient: () => convolutionInputGradient(dy, filter, input, geometry),
    ConvolutionFilterGradient: () => convolutionFilterGradient(x, dy, filter.shape, geometry),
  };
  return { call: calls[op], inputs: [x, filter, dy] };
}

function random(shape: readonly number[]): tf.Tensor4D {
  return tf.randomUniform<tf.Rank.R4>(shape as Shape4D, -1, 1);
}
