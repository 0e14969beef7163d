import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '../../../../runtime/files.ts';
import { writeAtomically } from '../../../../runtime/write-atomically.ts';
import type { TileTimes } from './tile-tuning.ts';

/** To be raised when kernels or the layers compared change: what was measured before no longer counts. */
const KERNELS_VERSION = 2;

const times = z.array(z.record(z.string(), z.number().positive()));
const schema = z.object({ forward: times, inputGradient: times, filterGradient: times });

/**
 * What was measured on this adapter before, else what `measure` finds; kept in the cache folder.
 *
 * @param facts names the adapter, its driver, and how products are computed
 */
export async function cachedTimes(facts: readonly string[], measure: () => Promise<TileTimes>): Promise<TileTimes> {
  const key = createHash('sha256')
    .update(JSON.stringify([KERNELS_VERSION, ...facts]))
    .digest('hex')
    .slice(0, 16);
  const file = path.join(cacheFolder(), `webgpu-tiles-${key}.json`);
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    const measured = await measure();
    // Without a cache that can be written, the next start measures again.
    const content = JSON.stringify({ facts, ...measured }, null, 1);
    await writeAtomically(file, content, { makesFolder: true }).catch(() => {});
    return measured;
  }
}
