import {
  blockSum,
  channelSum,
  instanceNorm,
  nearestUpsampling,
  powerIteration,
  type Rectifier,
  reflectionPad,
  setSpread,
  setSum,
  spectralNorm,
} from '@instagan/core/internals/ops';
import * as tf from '@tensorflow/tfjs';
import {
  blockSum64,
  instanceNorm64,
  nearestUpsampling64,
  powerIteration64,
  reflectionPad64,
  setSpread64,
  setSum64,
  sizeOf,
  spectralNorm64,
} from '../../helpers/float64.ts';
import { type OpCase, random, type Shape4D, unit } from './op-case.ts';

export function upsamplingCases([batch, height, width, channels]: Shape4D): OpCase[] {
  const label = [batch, height, width, channels].join('x');
  return [
    {
      name: `nearestUpsampling ${label}`,
      inputs: { x: random('x', [batch, height, width, channels]) },
      differentiable: ['x'],
      run: ({ x }) => nearestUpsampling(x as tf.Tensor4D),
      reference: ({ x }) => nearestUpsampling64(x!),
    },
    {
      name: `blockSum to ${label}`,
      inputs: { x: random('x', [batch, 2 * height, 2 * width, channels]) },
      differentiable: ['x'],
      run: ({ x }) => blockSum(x as tf.Tensor4D),
      reference: ({ x }) => blockSum64(x!),
    },
  ];
}

export function reflectionCase(shape: Shape4D, pad: number): OpCase {
  return {
    name: `reflectionPad ${shape.join('x')} by ${pad}`,
    inputs: { x: random('x', shape) },
    differentiable: ['x'],
    run: ({ x }) => reflectionPad(x as tf.Tensor4D, pad),
    reference: ({ x }) => reflectionPad64(x!, pad),
  };
}

export function normCase(shape: Shape4D, activation: Rectifier, withResidual: boolean): OpCase {
  const slope = activation.kind === 'leakyRelu' ? activation.slope : activation.kind === 'relu' ? 0 : 1;
  return {
    name: `instanceNorm ${shape.join('x')}, ${activation.kind}${withResidual ? ', residual' : ''}`,
    inputs: { x: random('x', shape, 2), ...(withResidual ? { residual: random('residual', shape) } : {}) },
    differentiable: withResidual ? ['x', 'residual'] : ['x'],
    run: ({ x, residual }) => instanceNorm(x as tf.Tensor4D, activation, residual as tf.Tensor4D | undefined),
    reference: ({ x, residual }) => instanceNorm64(x!, slope, residual),
  };
}

export function setCases(counts: readonly number[], [height, width, channels]: [number, number, number]): OpCase[] {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const label = `of ${counts.join(', ')}, ${height}x${width}x${channels}`;
  return [
    {
      name: `setSum ${label}`,
      inputs: { x: random('x', [total, height, width, channels]) },
      differentiable: ['x'],
      run: ({ x }) => setSum(x as tf.Tensor4D, counts),
      reference: ({ x }) => setSum64(x!, counts),
    },
    {
      name: `setSpread ${label}`,
      inputs: { x: random('x', [counts.length, height, width, channels]) },
      differentiable: ['x'],
      run: ({ x }) => setSpread(x as tf.Tensor4D, counts),
      reference: ({ x }) => setSpread64(x!, counts),
    },
  ];
}

export function spectralCases(shape: Shape4D): OpCase[] {
  const outputs = shape[3];
  const weight = random('weight', shape);
  const u = unit('u', outputs);
  const label = shape.join('x');
  return [
    {
      name: `spectralNorm ${label}`,
      inputs: { weight, u, v: unit('v', sizeOf(shape) / outputs) },
      differentiable: ['weight'],
      run: ({ weight, u, v }) => spectralNorm(weight as tf.Tensor4D, { u: u as tf.Tensor1D, v: v as tf.Tensor1D }),
      reference: ({ weight, u, v }) => spectralNorm64(weight!, u!, v!),
    },
    {
      name: `powerIteration ${label}`,
      inputs: { weight, u },
      differentiable: [],
      run: ({ weight, u }) => {
        const half = tf.mul(weight!, 0.5);
        const [next, same] = powerIteration([weight, half] as tf.Tensor4D[], [u, u] as tf.Tensor1D[]);
        return tf.concat([next!.u, next!.v, same!.u, same!.v]);
      },
      reference: ({ weight, u }) => {
        const { shape, data } = powerIteration64(weight!, u!);
        return { shape: [2 * shape[0]!], data: Float64Array.from([...data, ...data]) };
      },
    },
  ];
}

export function channelSumCase(shape: Shape4D): OpCase {
  return {
    name: `channelSum ${shape.join('x')}`,
    inputs: { x: random('x', shape) },
    differentiable: [],
    run: ({ x }) => channelSum(x as tf.Tensor4D),
    reference: ({ x }) => {
      const sums = new Float64Array(shape[3]);
      for (const [i, value] of x!.data.entries()) sums[i % shape[3]]! += value;
      return { shape: [shape[3]], data: sums };
    },
  };
}
