// Times training steps on one backend in this process and prints one line of JSON: `Measured`.
import { createRng, initialTrainingState, readMeasurements, trainStep, translationNetworks } from '@instagan/core';
import { uploadSamples } from '../../packages/core/src/training/device-samples.ts';
import type { NetworkSetting } from '../settings.ts';
import { type MeasurementOptions, measure, openForMeasurement } from './measuring.ts';
import { randomSample } from './random-sample.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as MeasurementOptions & NetworkSetting;
const backend = await openForMeasurement(options);
const networks = translationNetworks('instagan', options);
const state = initialTrainingState(networks, 0, 50);
const settings = {
  config: {
    instancesPerChunk: options.instancesPerChunk,
    weights: { cycle: 10, identity: 10, context: 10, consistency: 0 },
    adam: { beta1: 0.5, beta2: 0.999 },
  },
  learningRate: { generator: 2e-4, discriminator: 1e-4 },
  poolRng: createRng(0, 'bench', 'pool'),
  joinCalls: backend.gpu,
  programs: backend.programs,
};
const [a, b] = ['A', 'B'].map((domain) => uploadSamples([randomSample(domain, options)], 'instagan'));
const work = async () => {
  const updates = Array.from(
    trainStep(state, networks, a ?? [], b ?? [], settings),
    ({ measurements }) => measurements,
  );
  await readMeasurements(updates);
};
process.stdout.write(`${JSON.stringify(await measure(work, backend, options))}\n`);
await backend.close();
