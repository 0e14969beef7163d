import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { eventLogFile, formatEvent, type RunEventBody } from '@instagan/core/events';

/** Steps between two checkpoints with their samples. */
const CHECKPOINT_EVERY = 1000;
const BATCH_LINES = 1000;

/**
 * Writes the log of a run that was never trained, as long as one of weeks.
 *
 * @returns its last step and its length
 */
export async function writeLongLog(folder: string, events: number): Promise<{ lastStep: number; bytes: number }> {
  await mkdir(folder, { recursive: true });
  const stream = createWriteStream(eventLogFile(path.resolve(folder)));
  let lines: string[] = [];
  let timeMs = Date.UTC(2024, 0, 1);
  let [step, count] = [0, 0];
  const add = (body: RunEventBody) => {
    lines.push(`${formatEvent({ v: 1, time: new Date(timeMs).toISOString(), ...body })}\n`);
    count++;
  };
  add({
    type: 'run-started',
    step: 0,
    totalSteps: 2 * events,
    stepsPerEpoch: 1000,
    resumed: false,
    backend: { name: 'webgpu', device: 'a GPU' },
    config: { model: 'instagan', batch: 1 },
  });
  while (count < events) {
    step++;
    timeMs += 800;
    add(stepEvent(step, events));
    if (step % CHECKPOINT_EVERY === 0) {
      const name = `step-${String(step).padStart(8, '0')}`;
      add({ type: 'checkpoint', step, path: `checkpoints/${name}`, seconds: 0.2 });
      add({ type: 'sample', step, path: `samples/${name}-AtoB.png`, direction: 'AtoB' });
    }
    if (lines.length < BATCH_LINES) continue;
    if (!stream.write(lines.join(''))) await once(stream, 'drain');
    lines = [];
  }
  stream.end(lines.join(''));
  await finished(stream);
  return { lastStep: step, bytes: stream.bytesWritten };
}

function stepEvent(step: number, events: number): RunEventBody {
  const noise = (seed: number) => 1 + 0.3 * Math.sin(step * 12.9898 + seed * 78.233);
  const falling = Math.exp((-3 * step) / events);
  const losses: Record<string, number> = {};
  for (const [i, name] of ['generator', 'cycle', 'identity', 'context', 'discriminator'].entries()) {
    for (const domain of ['A', 'B']) {
      const loss = (1 + 4 * falling) * noise(i + (domain === 'A' ? 0 : 0.5));
      losses[name + domain] = Number(loss.toPrecision(9));
    }
  }
  return {
    type: 'step',
    step,
    epoch: Math.floor(step / 1000),
    losses,
    learningRate: { generator: 0.0002, discriminator: 0.0001 },
    seconds: Number((0.8 * noise(7)).toFixed(6)),
    memory: { tensors: 526, tensorBytes: 53_000_000, rssBytes: 548_000_000 + (step % 1000) * 1000 },
  };
}
