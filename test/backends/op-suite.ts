import { createRng } from '@instagan/core';
import { reflectionPad } from '@instagan/core/internals/ops';
import * as tf from '@tensorflow/tfjs';
import type { Test } from 'tap';
import { type Array64, relativeDistance } from '../helpers/float64.ts';
import type { OpCase } from './op-cases/op-case.ts';
import { OP_CASES } from './op-cases/op-cases.ts';

/** Largest difference from float64, relative to the largest value: what float32 sums of these lengths can hold. */
const VALUE_TOLERANCE = 2e-6;
const GRADIENT_TOLERANCE = 2e-6;

/** Half the distance between the two points of a central difference; the inputs are about 1. */
const DIFFERENCE_STEP = 1e-5;
/** Up to this size every derivative is checked, beyond it a few, and a few directions through all. */
const CHECK_ALL_SIZE = 48;
const CHECKED_ELEMENTS = 16;
const CHECKED_DIRECTIONS = 3;

export interface OpResult {
  readonly values: Float32Array;
  /** Of the sum of the output times {@link weights}. */
  readonly gradients: Readonly<Record<string, Float32Array>>;
}

/** What the gradient of the output is: random numbers, the same everywhere. */
function weights(size: number): Float32Array {
  const rng = createRng(2, 'weights', size);
  const drawn = DRAWN_WEIGHTS.get(size) ?? Float32Array.from({ length: size }, () => rng.normal());
  DRAWN_WEIGHTS.set(size, drawn);
  return drawn;
}

/** By their number: a finite difference asks for the same ones dozens of times. */
const DRAWN_WEIGHTS = new Map<number, Float32Array>();

/** Runs a case on the open backend. */
export async function computeOp(opCase: OpCase): Promise<OpResult> {
  const tensors = Object.fromEntries(
    Object.entries(opCase.inputs).map(([name, { shape, data }]) => [name, tf.tensor([...data], [...shape], 'float32')]),
  );
  const output = tf.tidy(() => opCase.run(tensors));
  const values = (await output.data()) as Float32Array;
  const gradients: Record<string, Float32Array> = {};
  if (opCase.differentiable.length > 0) {
    const loss = () =>
      tf.sum(tf.mul(opCase.run(tensors), tf.tensor(weights(values.length).slice(), output.shape))) as tf.Scalar;
    const wanted = opCase.differentiable.map((name) => tensors[name]!);
    const { value, grads } = tf.tidy(() => tf.engine().gradients(loss, wanted, undefined, true));
    for (const [i, name] of opCase.differentiable.entries()) {
      gradients[name] = (await grads[i]!.data()) as Float32Array;
    }
    tf.dispose([value, ...grads]);
  }
  tf.dispose([output, ...Object.values(tensors)]);
  return { values, gradients };
}

/** The derivative of the float64 loss along `direction` in one input, by a central difference. */
function numericDerivative(opCase: OpCase, input: string, direction: (element: number) => number): number {
  const loss = (step: number) => {
    const { shape, data } = opCase.inputs[input] as Array64;
    const moved = { shape, data: data.map((value, i) => value + step * direction(i)) };
    const output = opCase.reference({ ...opCase.inputs, [input]: moved }).data;
    return weights(output.length).reduce((sum, weight, i) => sum + weight * output[i]!, 0);
  };
  return (loss(DIFFERENCE_STEP) - loss(-DIFFERENCE_STEP)) / (2 * DIFFERENCE_STEP);
}

/** Largest fault of a gradient: of elements relative to the largest element, of directions to the gradient's length. */
function gradientError(opCase: OpCase, input: string, gradient: Float32Array): number {
  const size = gradient.length;
  if (size !== opCase.inputs[input]!.data.length) return Number.POSITIVE_INFINITY;
  const rng = createRng(3, opCase.name, input);
  const elements = rng.permutation(size).slice(0, size <= CHECK_ALL_SIZE ? size : CHECKED_ELEMENTS);
  const expected = elements.map((element) => numericDerivative(opCase, input, (i) => (i === element ? 1 : 0)));
  const largest = gradient.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const errors = elements.map((element, i) => Math.abs(gradient[element]! - expected[i]!) / largest);
  if (size > CHECK_ALL_SIZE) {
    const length = Math.hypot(...gradient);
    for (let n = 0; n < CHECKED_DIRECTIONS; n++) {
      const direction = Float64Array.from({ length: size }, () => rng.normal());
      const along = gradient.reduce((sum, value, i) => sum + value * direction[i]!, 0);
      errors.push(Math.abs(along - numericDerivative(opCase, input, (i) => direction[i]!)) / length);
    }
  }
  return errors.some(Number.isNaN) ? Number.POSITIVE_INFINITY : Math.max(...errors);
}

/** Every op against float64 loops, and its gradients against finite differences of these; the backend is open. */
export function opSuite(t: Test, cases: readonly OpCase[] = OP_CASES): void {
  t.test('ops mean the same here as in float64: else a model trained here is another one', async (t) => {
    const before = tf.memory().numTensors;
    let worstValue = 0;
    let worstGradient = 0;
    for (const opCase of cases) {
      const { values, gradients } = await computeOp(opCase);
      const error = relativeDistance(values, opCase.reference(opCase.inputs).data);
      worstValue = Math.max(worstValue, error);
      t.ok(error < VALUE_TOLERANCE, `${opCase.name} is off by ${error}`);
      for (const [input, gradient] of Object.entries(gradients)) {
        const gradientOff = gradientError(opCase, input, gradient);
        worstGradient = Math.max(worstGradient, gradientOff);
        t.ok(gradientOff < GRADIENT_TOLERANCE, `${opCase.name}: gradient of ${input} is off by ${gradientOff}`);
      }
    }
    t.equal(tf.memory().numTensors, before, 'no op leaves a tensor behind');
    t.comment(`worst value off by ${worstValue}, worst gradient by ${worstGradient}`);
  });

  t.test('the gradient of reflection counts a pixel as often as it is seen', async (t) => {
    const gradient = tf.tidy(() =>
      tf.grad((x: tf.Tensor) => tf.sum(reflectionPad(x as tf.Tensor4D, 1)))(tf.ones([1, 4, 4, 1])),
    );
    const along = [1, 2, 2, 1];
    t.same(
      [...(await gradient.data())],
      along.flatMap((row) => along.map((column) => row * column)),
      'one pixel of border on a 4x4 image',
    );
    gradient.dispose();
    const line = tf.tidy(() =>
      tf.grad((x: tf.Tensor) => tf.sum(tf.slice(reflectionPad(x as tf.Tensor4D, 2), [0, 2, 0, 0], [1, 1, -1, 1])))(
        tf.ones([1, 3, 4, 1]),
      ),
    );
    t.same([...(await line.data())].slice(0, 4), [1, 3, 3, 1], 'two pixels along a row of four');
    line.dispose();
  });
}
