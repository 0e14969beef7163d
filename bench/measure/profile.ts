// Where the time of a training step goes on webgpu: the program's own time, and that of each kernel on the GPU by timestamps.
// Prints one line of JSON: `Profile`.
import { readMeasurements } from '@instagan/core';
import * as tf from '@tensorflow/tfjs';
import type { NetworkSetting } from '../settings.ts';
import { type MeasurementOptions, openForMeasurement, secondsOf } from './measuring.ts';
import { steppedTraining } from './training-step.ts';

export interface Profile {
  readonly device: string;
  /** Of a replayed step: until everything is submitted, and until its result is read. */
  readonly submittedMs: number;
  readonly stepMs: number;
  /** The sum over all kernels of a step, each measured alone. */
  readonly kernelsMs: number;
  /** The slowest first. */
  readonly kernels: readonly { readonly name: string; readonly calls: number; readonly ms: number }[];
}

const options = JSON.parse(process.argv[2] ?? '{}') as MeasurementOptions & NetworkSetting;
const backend = await openForMeasurement(options);
const training = steppedTraining(backend, options);
const { a, b } = training.samples(options.instances);
const step = () => Array.from(training.step(a, b), ({ measurements }) => measurements);
const submitted: number[] = [];
const seconds = await secondsOf(async () => {
  const begin = performance.now();
  const updates = step();
  submitted.push(performance.now() - begin);
  await readMeasurements(updates);
}, options);
await backend.close();

// Recorded commands are replayed in one pass, which tells no kernel's own time.
const computing = await openForMeasurement({ ...options, replay: false });
const anew = steppedTraining(computing, options);
const samples = anew.samples(options.instances);
const stepAnew = () => Array.from(anew.step(samples.a, samples.b), ({ measurements }) => measurements);
await readMeasurements(stepAnew());
let updates: ReturnType<typeof stepAnew> = [];
const { getExtraProfileInfo } = (await tf.backend().time(() => {
  updates = stepAnew();
})) as unknown as { getExtraProfileInfo(): string };
await readMeasurements(updates);
const byName = new Map<string, { calls: number; ms: number }>();
for (const [, name = '', ms] of getExtraProfileInfo().matchAll(/(?:^|, )(.+?): ([\d.e+-]+)(?=, |$)/g)) {
  const known = byName.get(name) ?? { calls: 0, ms: 0 };
  byName.set(name, { calls: known.calls + 1, ms: known.ms + Number(ms) });
}
const kernels = [...byName].map(([name, times]) => ({ name, ...times })).sort((one, other) => other.ms - one.ms);
const profile: Profile = {
  device: computing.device,
  submittedMs: Math.min(...submitted.slice(options.warmUp)),
  stepMs: 1000 * Math.min(...seconds),
  kernelsMs: kernels.reduce((sum, { ms }) => sum + ms, 0),
  kernels,
};
process.stdout.write(`${JSON.stringify(profile)}\n`);
await computing.close();
