// Times the translation of an image on one backend in this process and prints one line of JSON: `Measured`.
import { createRng, translateSample, translationModel } from '@instagan/core';
import { initialParameters } from '../../packages/core/src/networks/parameters.ts';
import type { NetworkSetting } from '../settings.ts';
import { type MeasurementOptions, measure, openForMeasurement } from './measuring.ts';
import { randomSample } from './random-sample.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as MeasurementOptions & NetworkSetting;
const backend = await openForMeasurement(options);
const model = translationModel(options);
const parameters = initialParameters(model.generatorSpecs, createRng(0, 'bench', 'weights'));
const translator = { model, parameters, instancesPerChunk: options.instancesPerChunk, programs: backend.programs };
const sample = randomSample('A', options);
const work = async () => {
  await translateSample(translator, sample);
};
process.stdout.write(`${JSON.stringify(await measure(work, backend, options))}\n`);
await backend.close();
