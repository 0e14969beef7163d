// Compares a training step and a translation on one backend with the same on wasm, in this process, and prints one line of
// JSON: `Verified`.
import { type OpenBackend, openBackend, readMeasurements, translateSample } from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import type { NetworkSetting } from '../settings.ts';
import { type MeasurementOptions, openForMeasurement } from './measuring.ts';
import { randomSample } from './random-sample.ts';
import { steppedTraining } from './training-step.ts';
import { initialTranslator } from './translation.ts';

/** How far a backend is off: the length of the difference over the length of what wasm gives. */
export interface Verified {
  readonly device: string;
  /** Of a translated image and its masks. */
  readonly translation: number;
  /** Of all gradients of a step's first chunk, network by network. */
  readonly gradients: Readonly<Record<string, number>>;
  /** Of each loss of a step: the difference over wasm's value. */
  readonly losses: Readonly<Record<string, number>>;
}

interface Computed {
  readonly device: string;
  readonly translation: Float32Array;
  readonly gradients: Readonly<Record<string, Float32Array>>;
  readonly losses: Readonly<Record<string, number>>;
}

const options = JSON.parse(process.argv[2] ?? '{}') as MeasurementOptions & NetworkSetting;
const expected = await compute(await openBackend('wasm', { threads: options.threads }));
const actual = await compute(await openForMeasurement(options));
const verified: Verified = {
  device: actual.device,
  translation: off(actual.translation, expected.translation),
  gradients: mapNames(expected.gradients, (values, name) => off(actual.gradients[name] as Float32Array, values)),
  losses: mapNames(expected.losses, (value, name) => Math.abs((actual.losses[name] as number) / value - 1)),
};
process.stdout.write(`${JSON.stringify(verified)}\n`);

async function compute(backend: OpenBackend): Promise<Computed> {
  const { image, masks } = await translateSample(initialTranslator(backend, options), randomSample('A', options));
  const training = steppedTraining(backend, options, true);
  const { a, b } = training.samples(options.instances);
  const updates = [];
  const gradients: Record<string, Float32Array> = {};
  for (const chunk of training.step(a, b)) {
    updates.push(chunk.measurements);
    if (updates.length > 1) continue;
    for (const [network, own] of Object.entries(chunk.gradients)) {
      const names = [...own.keys()].sort();
      const flat = tf.tidy(() => tf.concat(names.map((name) => tf.reshape(own.get(name) as tf.Tensor, [-1]))));
      gradients[network] = (await flat.data()) as Float32Array;
    }
  }
  const losses = await readMeasurements(updates);
  const { device } = backend;
  await backend.close();
  return { device, translation: joined([image, ...masks]), gradients, losses };
}

function off(actual: Float32Array, expected: Float32Array): number {
  let [error, total] = [0, 0];
  for (const [i, value] of expected.entries()) {
    error += ((actual[i] as number) - value) ** 2;
    total += value ** 2;
  }
  return Math.sqrt(error / total);
}

function joined(arrays: readonly Float32Array[]): Float32Array {
  return Float32Array.from(arrays.flatMap((array) => [...array]));
}

function mapNames<From, To>(values: Readonly<Record<string, From>>, map: (value: From, name: string) => To) {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, map(value, name)]));
}
