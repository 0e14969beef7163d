// Times training steps on one backend in this process; prints one line of JSON. Called by run.ts, once for each backend.
import {
  type BackendName,
  createRng,
  type DeviceSample,
  initialTrainingState,
  type Measurements,
  openBackend,
  readMeasurements,
  trainStep,
  translationNetworks,
} from '@instagan/core';
import * as tf from '@tensorflow/tfjs';

/** Sizes and repetitions of one measurement, as `run.ts` hands them over. */
export interface StepBenchmark {
  readonly backend: BackendName;
  readonly height: number;
  readonly width: number;
  readonly ngf: number;
  readonly ndf: number;
  readonly blocks: number;
  readonly instances: number;
  readonly instancesPerChunk: number;
  readonly threads: number;
  readonly warmUp: number;
  readonly steps: number;
}

export interface StepTimes {
  readonly device: string;
  readonly seconds: readonly number[];
  readonly peakRssBytes: number;
}

const benchmark = JSON.parse(process.argv[2] ?? '{}') as StepBenchmark;
const backend = await openBackend(benchmark.backend, { threads: benchmark.threads });
const networks = translationNetworks('instagan', benchmark);
const state = initialTrainingState(networks, 0, 50);
const settings = {
  config: {
    instancesPerChunk: benchmark.instancesPerChunk,
    weights: { cycle: 10, identity: 10, context: 10 },
    adam: { beta1: 0.5, beta2: 0.999 },
  },
  learningRate: { generator: 2e-4, discriminator: 1e-4 },
  poolRng: createRng(0, 'bench', 'pool'),
};
const a = [randomSample('A')];
const b = [randomSample('B')];
for (let i = 0; i < benchmark.warmUp; i++) await step();
const seconds: number[] = [];
for (let i = 0; i < benchmark.steps; i++) {
  const begin = performance.now();
  await step();
  seconds.push((performance.now() - begin) / 1000);
}
const report: StepTimes = { device: backend.device, seconds, peakRssBytes: process.resourceUsage().maxRSS * 1024 };
process.stdout.write(`${JSON.stringify(report)}\n`);
await backend.close();

async function step(): Promise<void> {
  const chunks: Measurements[] = [];
  for (const { measurements } of trainStep(state, networks, a, b, settings)) chunks.push(measurements);
  await readMeasurements(chunks);
}

function randomSample(domain: string): DeviceSample {
  const { height, width, instances } = benchmark;
  const rng = createRng(0, 'bench', domain);
  const values = (count: number, draw: () => number) => Float32Array.from({ length: count }, draw);
  return {
    image: tf.tensor4d(
      values(height * width * 3, () => rng.uniform() * 2 - 1),
      [1, height, width, 3],
    ),
    masks: tf.tensor4d(
      values(instances * height * width, () => (rng.uniform() > 0.7 ? 1 : -1)),
      [instances, height, width, 1],
    ),
  };
}
