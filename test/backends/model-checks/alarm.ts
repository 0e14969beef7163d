import path from 'node:path';
import { memoryData, tinyConfig, tinySample, trainTiny } from '@instagan/core/internals/training';
import type { Test } from 'tap';
import { SIZE } from './tiny-model.ts';

/** Some GPUs' arithmetic loses NaN: then a ruined run would go on as if nothing had happened. */
export async function checkAlarm(t: Test): Promise<void> {
  const runFolder = path.join(t.testdir(), 'run');
  const broken = (step: number) => {
    const [a, b] = [tinySample('a', 1), tinySample('b', 1)];
    if (step === 1) a.image.fill(Number.NaN);
    return { a: [a], b: [b] };
  };
  const config = tinyConfig({ ...SIZE, checkpointEvery: 1 });
  const { events, error } = await trainTiny({ runFolder, config, steps: 3, openData: async () => memoryData(broken) });
  t.match(error?.message, /not a finite number/);
  t.same(
    events.map(({ type, step }) => `${type} ${step}`),
    ['run-started 0', 'step 1', 'checkpoint 1', 'step 2', 'alarm 2', 'run-failed 2'],
  );
}
