// Times training steps on one backend in this process and prints one line of JSON: `Measured`.
import { readMeasurements } from '@instagan/core';
import type { NetworkSetting } from '../settings.ts';
import { type Measured, type MeasurementOptions, measure, openForMeasurement } from './measuring.ts';
import { steppedTraining } from './training-step.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as MeasurementOptions & NetworkSetting;
const backend = await openForMeasurement(options);
const training = steppedTraining(backend, options);
/** Images with every number of instances that is asked for. */
const numbers = options.vary ? Array.from({ length: options.instances }, (_, i) => i + 1) : [options.instances];
const samples = numbers.map((instances) => training.samples(instances));
const round = samples.flatMap(({ a }) => samples.map(({ b }) => ({ a, b })));
const work = async () => {
  for (const { a, b } of round) {
    await readMeasurements(Array.from(training.step(a, b), ({ measurements }) => measurements));
  }
};
const { seconds, dispatches, ...measured } = await measure(work, backend, options);
const perStep = {
  ...measured,
  seconds: seconds.map((each) => each / round.length),
  ...(dispatches === undefined ? {} : { dispatches: dispatches / round.length }),
};
process.stdout.write(`${JSON.stringify(perStep satisfies Measured)}\n`);
await backend.close();
