import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { eventLogFile, formatEvent, type RunEventBody } from '@instagan/core/events';
import { writeImage } from '@instagan/datasets';

export interface MadeRunOptions {
  readonly steps: number;
  /** Alarms, an end and the like. */
  readonly more?: readonly RunEventBody[];
  /** Settings beside the usual ones. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Loss of the last step; it falls from 10. */
  readonly lastLoss?: number;
}

/** Writes the folder of a run that was never trained: a log, and a pair of sample pictures every 50 steps. */
export async function makeRun(folder: string, options: MadeRunOptions): Promise<void> {
  const { steps, more = [], config = {}, lastLoss = 0.5 } = options;
  await mkdir(path.join(folder, 'samples'), { recursive: true });
  const bodies: RunEventBody[] = [
    {
      type: 'run-started',
      step: 0,
      totalSteps: steps * 2,
      stepsPerEpoch: 50,
      resumed: false,
      backend: { name: 'wasm', device: '2 threads, SIMD' },
      config: { model: 'instagan', batch: 1, ...config },
    },
  ];
  for (let step = 1; step <= steps; step++) {
    bodies.push({
      type: 'step',
      step,
      epoch: Math.floor((step - 1) / 50),
      losses: { generatorA: 0.5, cycleA: 10 * (lastLoss / 10) ** (step / steps), contextA: 1, discriminatorA: 0.2 },
      learningRate: { generator: 2e-4, discriminator: 1e-4 },
      seconds: 0.5,
      memory: { tensors: 526, tensorBytes: 53e6, rssBytes: 548e6 },
    });
    if (step % 50 !== 0) continue;
    for (const direction of ['AtoB', 'BtoA'] as const) {
      const file = `samples/step-${step}-${direction}.png`;
      await writeImage(path.join(folder, file), stripes(172, 36, step));
      bodies.push({ type: 'sample', step, path: file, direction });
    }
  }
  const beginMs = Date.UTC(2024, 0, 1);
  let seconds = 0;
  const lines = [...bodies, ...more].map((body) => {
    if (body.type === 'step') seconds += 0.5;
    return `${formatEvent({ v: 1, time: new Date(beginMs + seconds * 1000).toISOString(), ...body })}\n`;
  });
  await writeFile(eventLogFile(folder), lines.join(''));
}

function stripes(width: number, height: number, seed: number): { width: number; height: number; data: Uint8Array } {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const x = Math.floor(i / 3) % width;
    return ((x * 3 + seed) * (1 + (i % 3))) % 256;
  });
  return { width, height, data };
}
