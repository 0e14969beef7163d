import type { TrainingPair } from '../../data/pair-source.ts';
import type { Sample } from '../../data/sample.ts';
import type { RunEvent } from '../../events/run-event.ts';
import { parseTrainingConfig, type TrainingConfig, type TrainingConfigInput } from '../../models/training-config.ts';
import { createRng } from '../../random/rng.ts';
import { type TrainingData, type TrainOptions, train } from '../trainer.ts';

/** Networks and images so small that a step takes milliseconds. */
export function tinyConfig(changes: TrainingConfigInput = {}): TrainingConfig {
  return parseTrainingConfig(
    { size: { height: 32, width: 32 }, ngf: 2, ndf: 2, blocks: 1, poolSize: 2, sampleEvery: 0, seed: 5, ...changes },
    'tiny configuration',
  );
}

/** A smooth picture with noise, and instances that are rectangles; the same for the same name. */
export function tinySample(name: string, instances: number, width = 32, height = width): Sample {
  const rng = createRng(9, 'sample', name);
  const phase = 6 * rng.uniform();
  const image = Float32Array.from(
    { length: width * height * 3 },
    (_, i) => 0.7 * Math.sin(phase + i / 40) + 0.3 * (2 * rng.uniform() - 1),
  );
  const masks = Array.from({ length: instances }, () => {
    const [left, top] = [rng.integer(width - 8), rng.integer(height - 8)];
    const [right, bottom] = [left + 3 + rng.integer(6), top + 3 + rng.integer(6)];
    return Float32Array.from({ length: width * height }, (_, i) => {
      const [x, y] = [i % width, Math.floor(i / width)];
      return x >= left && x < right && y >= top && y < bottom ? 1 : -1;
    });
  });
  return { name, width, height, image, masks };
}

/** Training data in memory, a pure function of the step. */
export function memoryData(pair: (step: number) => TrainingPair, stepsPerEpoch = 4): TrainingData {
  return { stepsPerEpoch, pair: async (step) => pair(step), close: async () => {} };
}

/** Pairs whose numbers of instances differ from step to step: 1 to 3. */
export function variedPair(step: number): TrainingPair {
  return { a: [tinySample(`a${step}`, 1 + (step % 3))], b: [tinySample(`b${step}`, 3 - (step % 3))] };
}

export interface TrainedRun {
  readonly events: readonly RunEvent[];
  /** What `train()` threw, if it did. */
  readonly error: Error | undefined;
}

/** Trains to the end or the failure. `onEvent` sees each event before the next step is made. */
export async function trainTiny(
  options: Partial<TrainOptions> & Pick<TrainOptions, 'runFolder'>,
  onEvent: (event: RunEvent) => void = () => {},
): Promise<TrainedRun> {
  const events: RunEvent[] = [];
  try {
    const run = train({
      config: tinyConfig(),
      resume: false,
      openData: async () => memoryData(variedPair),
      backend: { name: 'test', device: 'test', gpu: false },
      ...options,
    });
    for await (const event of run) {
      events.push(event);
      onEvent(event);
    }
  } catch (error) {
    return { events, error: error as Error };
  }
  return { events, error: undefined };
}
