import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { readNewestCheckpoint, readRunConfig, translationConfigs } from '@instagan/core';
import { createRng, type Rng } from '@instagan/core/data';
import { readEvents } from '@instagan/core/events';
import { tinyConfig, trainTiny } from '@instagan/core/internals/training';
import type { CheckReport } from '../helpers/check-report.ts';
import { requireEqual } from './equal-outcome.ts';
import { TRAINING } from './job-in-process.ts';

const FLIPS = 200;
const TRUNCATIONS = 12;

/**
 * Flips bits of every file of a run, and cuts it short. A damaged checkpoint must be passed over with a sentence that names it, a
 * damaged configuration be an error or change nothing, and whatever the log holds be read.
 */
export async function damageFiles(folder: string, seed: number, report: CheckReport): Promise<void> {
  const run = path.join(folder, 'damaged');
  const config = tinyConfig({ checkpointEvery: 2, keepCheckpoints: 2 });
  const { error } = await trainTiny({ runFolder: run, config, steps: 4 });
  if (error !== undefined) throw error;
  const newest = path.join(run, 'checkpoints', 'step-00000004');
  const rng = createRng(seed, 'damage');
  const { checkpoint: whole } = await readNewestCheckpoint(run);
  for (const name of await readdir(newest)) {
    await report.check(`checkpoint: ${name} with another bit, or cut short`, async () => {
      const file = path.join(newest, name);
      await eachDamage(file, rng, report, async (what) => {
        const { checkpoint, warnings } = await readNewestCheckpoint(run);
        if (checkpoint?.step === 2 && warnings[0]?.includes('step-00000004') && warnings[0].includes(name)) return;
        if (isDeepStrictEqual(checkpoint?.state, whole?.state) && name === 'manifest.json' && checkpoint?.step === 4)
          return;
        throw new Error(`${what} is accepted: step ${checkpoint?.step}, ${warnings.join(' ') || 'no warning'}`);
      });
    });
  }
  await report.check('config.json with another bit, or cut short', async () => {
    const file = path.join(run, 'config.json');
    const own = await readRunConfig(translationConfigs, run);
    await eachDamage(file, rng, report, async (what) => {
      const read = await readRunConfig(translationConfigs, run).catch((thrown: Error) => thrown);
      if (read instanceof Error) {
        if (read.name === 'UserError' || read.name === 'UsageError') return;
        throw read;
      }
      if (isDeepStrictEqual(read, own)) return;
      const resumed = await trainTiny({ runFolder: run, resume: true, config: {}, steps: 4 });
      const isTold =
        resumed.error?.message.includes('config.json') || JSON.stringify(resumed.events).includes('config.json');
      if (!isTold) throw new Error(`${what} is accepted without a word`);
    });
  });
  await report.check('events.jsonl with another bit, or cut short', async () => {
    await eachDamage(path.join(run, 'events.jsonl'), rng, report, async () => {
      try {
        for await (const _ of readEvents(path.join(run, 'events.jsonl')));
      } catch (thrown) {
        if ((thrown as Error).name !== 'UserError') throw thrown;
      }
    });
  });
  await report.check('a checkpoint of a later format is an error that names the version', async () => {
    const file = path.join(newest, 'manifest.json');
    const text = await readFile(file, 'utf8');
    const later = { ...JSON.parse(text), formatVersion: 2, packageVersion: '99.0.0' };
    await writeFile(file, JSON.stringify(later));
    const resumed = await trainTiny({ runFolder: run, resume: true, config: {}, steps: 6 });
    await writeFile(file, text);
    if (!/instagan 99\.0\.0 .* update instagan/.test(resumed.error?.message ?? ''))
      throw resumed.error ?? new Error('resumed');
  });
  await report.check('a checkpoint of an earlier version, whose manifest has no checksum, goes on', async () => {
    const older = path.join(folder, 'older');
    await cp(run, older, { recursive: true });
    const file = path.join(older, 'checkpoints', 'step-00000004', 'manifest.json');
    const { sha256: _, ...manifest } = JSON.parse(await readFile(file, 'utf8'));
    await writeFile(file, JSON.stringify(manifest));
    for (const each of [run, older]) {
      const resumed = await trainTiny({ runFolder: each, resume: true, config: {}, steps: 6 });
      if (resumed.error !== undefined) throw resumed.error;
      await rm(path.join(each, 'checkpoints', 'step-00000004'), { recursive: true });
    }
    requireEqual(await TRAINING.outcome(older), await TRAINING.outcome(run), 'a resume');
  });
}

/** Tries damages of a file one after the other, and puts it back. */
async function eachDamage(
  file: string,
  rng: Rng,
  report: CheckReport,
  check: (what: string) => Promise<void>,
): Promise<void> {
  const whole = await readFile(file);
  const name = path.basename(file);
  try {
    for (let i = 0; i < FLIPS; i++) {
      const bit = rng.integer(8 * whole.length);
      const flipped = Buffer.from(whole);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      await writeFile(file, flipped);
      await check(`bit ${bit} of ${name}`);
    }
    for (let i = 0; i < TRUNCATIONS; i++) {
      const length = i === 0 ? 0 : i === 1 ? whole.length - 1 : rng.integer(whole.length);
      await writeFile(file, whole.subarray(0, length));
      await check(`${name} of ${length} bytes`);
    }
  } finally {
    await writeFile(file, whole);
  }
  report.figure('damaged files read', FLIPS + TRUNCATIONS);
}
