// Times the translation of an image on one backend in this process and prints one line of JSON: `Measured`.
import { translateSample } from '@instagan/core';
import type { NetworkSetting } from '../settings.ts';
import { type MeasurementOptions, measure, openForMeasurement } from './measuring.ts';
import { randomSample } from './random-sample.ts';
import { initialTranslator } from './translation.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as MeasurementOptions & NetworkSetting;
const backend = await openForMeasurement(options);
const translator = initialTranslator(backend, options);
const sample = randomSample('A', options);
const work = async () => {
  await translateSample(translator, sample);
};
process.stdout.write(`${JSON.stringify(await measure(work, backend, options))}\n`);
await backend.close();
