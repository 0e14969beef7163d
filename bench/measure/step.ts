// Times training steps on one backend in this process and prints one line of JSON: `Measured`.
import { createRng, initialTrainingState, readMeasurements, trainStep, translationModel } from '@instagan/core';
import { uploadSamples } from '../../packages/core/src/models/instagan/device-samples.ts';
import type { DeviceSample } from '../../packages/core/src/networks/instance-set.ts';
import type { NetworkSetting } from '../settings.ts';
import { type Measured, type MeasurementOptions, measure, openForMeasurement } from './measuring.ts';
import { randomSample } from './random-sample.ts';

const options = JSON.parse(process.argv[2] ?? '{}') as MeasurementOptions & NetworkSetting;
const backend = await openForMeasurement(options);
const model = translationModel(options);
const state = initialTrainingState(model, 0, 50);
const settings = {
  config: {
    instancesPerChunk: options.instancesPerChunk,
    weights: { cycle: 10, identity: 10, context: 10 },
    adam: { beta1: 0.5, beta2: 0.999 },
  },
  learningRate: { generator: 2e-4, discriminator: 1e-4 },
  poolRng: createRng(0, 'bench', 'pool'),
  joinCalls: backend.gpu,
  programs: backend.programs,
};
/** Numbers of instances, and images with so many. */
const numbers = options.vary ? Array.from({ length: options.instances }, (_, i) => i + 1) : [options.instances];
const [inA, inB] = ['A', 'B'].map((domain) =>
  numbers.map((instances) => uploadSamples([randomSample(domain, { ...options, instances })])),
) as [DeviceSample[][], DeviceSample[][]];
const round = inA.flatMap((a) => inB.map((b) => ({ a, b })));
const work = async () => {
  for (const { a, b } of round) {
    const updates = Array.from(trainStep(state, model, a, b, settings), ({ measurements }) => measurements);
    await readMeasurements(updates);
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
