import {
  absoluteDifferenceSum,
  accumulate,
  adamRates,
  adamUpdate,
  presentDifference,
  squaredDifferenceSum,
  uncoveredDifferenceSum,
} from '@instagan/core/internals/ops';
import * as tf from '@tensorflow/tfjs';
import {
  type Array64,
  absoluteDifferenceSum64,
  adamStep64,
  squaredDifferenceSum64,
  uncoveredDifferenceSum64,
} from '../../helpers/float64.ts';
import { type OpCase, random, type Shape4D } from './op-case.ts';

export function differenceCases(shape: Shape4D): OpCase[] {
  const label = shape.join('x');
  return [
    {
      name: `absoluteDifferenceSum ${label}`,
      inputs: { x: random('x', shape), target: random('target', shape) },
      differentiable: ['x', 'target'],
      run: ({ x, target }) => absoluteDifferenceSum(x as tf.Tensor4D, target as tf.Tensor4D, 0.3),
      reference: ({ x, target }) => absoluteDifferenceSum64(x!, target!, 0.3),
    },
    {
      name: `squaredDifferenceSum ${label}`,
      inputs: { x: random('x', shape) },
      differentiable: ['x'],
      run: ({ x }) => squaredDifferenceSum(x as tf.Tensor4D, 1, 0.3),
      reference: ({ x }) => squaredDifferenceSum64(x!, 1, 0.3),
    },
  ];
}

/** @param present of each row, 1 or 0 */
export function presentDifferenceCase(present: readonly number[], [height, width]: [number, number]): OpCase {
  const shape = [present.length, height, width, 1];
  const there = { shape: [present.length, 1, 1, 1], data: Float64Array.from(present) };
  return {
    name: `presentDifference of rows ${present.join(', ')}, ${height}x${width}`,
    inputs: { x: random('x', shape), present: there },
    differentiable: ['x'],
    run: ({ x, present: rows }) => presentDifference(x as tf.Tensor4D, rows as tf.Tensor4D, 1, 0.3),
    reference({ x }) {
      const own = [...x!.data.keys()].filter((i) => present[Math.floor(i / (height * width))] === 1);
      const rows = Math.max(
        1,
        present.reduce((sum, row) => sum + row, 0),
      );
      const sum = own.reduce((total, i) => total + (x!.data[i]! - 1) ** 2, 0);
      return { shape: [], data: Float64Array.of((0.3 * sum) / rows) };
    },
  };
}

export function uncoveredCase(counts: readonly number[], [height, width, channels]: [number, number, number]): OpCase {
  const total = counts.reduce((sum, count) => sum + count, 0);
  // Around -0.8, so that some pixels are covered in part.
  const masks = (label: string) => {
    const { shape, data } = random(label, [total, height, width, 1]);
    return { shape, data: data.map((value) => Math.fround(-0.8 + 0.3 * value)) };
  };
  return {
    name: `uncoveredDifferenceSum of ${counts.join(', ')}, ${height}x${width}x${channels}`,
    inputs: {
      image: random('image', [counts.length, height, width, channels]),
      masks: masks('masks'),
      otherImage: random('other image', [counts.length, height, width, channels]),
      otherMasks: masks('other masks'),
    },
    differentiable: ['image', 'masks', 'otherImage', 'otherMasks'],
    run: ({ image, masks, otherImage, otherMasks }) =>
      uncoveredDifferenceSum(
        { image: image as tf.Tensor4D, masks: masks as tf.Tensor4D },
        { image: otherImage as tf.Tensor4D, masks: otherMasks as tf.Tensor4D },
        counts,
        0.3,
      ),
    reference: ({ image, masks, otherImage, otherMasks }) =>
      uncoveredDifferenceSum64(image!, masks!, otherImage!, otherMasks!, counts, 0.3),
  };
}

export function accumulateCase(shapes: readonly (readonly number[])[]): OpCase {
  const each = (label: string) => shapes.map((shape, i) => [`${label}${i}`, random(`${label} ${i}`, shape)] as const);
  return {
    name: `accumulate of ${shapes.map((shape) => shape.join('x')).join(', ')}`,
    inputs: Object.fromEntries([...each('total'), ...each('more')]),
    differentiable: [],
    run: (tensors) => {
      const all = (name: string) => shapes.map((_, i) => tensors[`${name}${i}`] as tf.Tensor);
      return tf.concat(accumulate(all('total'), all('more')).map((sum) => tf.reshape(sum, [-1])));
    },
    reference: (arrays) => {
      const sums = shapes.flatMap((_, i) => {
        const more = arrays[`more${i}`]!.data;
        return [...arrays[`total${i}`]!.data.map((value, place) => value + more[place]!)];
      });
      return { shape: [sums.length], data: Float64Array.from(sums) };
    },
  };
}

export function adamCase(shapes: readonly (readonly number[])[], step: number): OpCase {
  const settings = { learningRate: 0.1, beta1: 0.5, beta2: 0.999, step };
  const inputs = Object.fromEntries(
    shapes.flatMap((shape, i) => {
      const v = random(`v ${i}`, shape);
      return [
        [`parameter${i}`, random(`parameter ${i}`, shape)],
        [`gradient${i}`, random(`gradient ${i}`, shape)],
        [`m${i}`, random(`m ${i}`, shape)],
        [`v${i}`, { shape, data: v.data.map((value) => Math.fround(value * value)) }],
      ];
    }),
  );
  return {
    name: `adamUpdate of ${shapes.map((shape) => shape.join('x')).join(', ')}, step ${step}`,
    inputs,
    differentiable: [],
    run: (tensors) => {
      const all = (name: string) => shapes.map((_, i) => tensors[`${name}${i}`] as tf.Tensor);
      const state = { parameters: all('parameter'), m: all('m'), v: all('v') };
      const rates = adamRates(settings.learningRate, settings, step);
      const next = adamUpdate(state, all('gradient'), rates, { ...settings, epsilon: 1e-8 });
      const flat = shapes.flatMap((_, i) =>
        [next.parameters[i]!, next.m[i]!, next.v[i]!].map((x) => tf.reshape(x, [-1])),
      );
      return tf.concat(flat);
    },
    reference: (arrays) => {
      const data = shapes.flatMap((_, i) => {
        const values = (name: string) => (arrays[`${name}${i}`] as Array64).data.slice();
        const state = { parameter: values('parameter'), m: values('m'), v: values('v') };
        adamStep64(state, values('gradient'), settings);
        return [...state.parameter, ...state.m, ...state.v];
      });
      return { shape: [data.length], data: Float64Array.from(data) };
    },
  };
}
