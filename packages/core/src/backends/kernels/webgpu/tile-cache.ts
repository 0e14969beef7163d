import { createHash } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { z } from 'zod';
import { cacheFolder } from '../../../runtime/cache-folder.ts';
import { makeFolder } from '../../../runtime/make-folder.ts';
import type { TileRanking } from './tile-tuning.ts';

/** To be raised when kernels or the tiles compared change: what was measured before no longer counts. */
const KERNELS_VERSION = 1;

const indices = z.array(z.int().min(0));
const schema = z.object({ forward: indices, inputGradient: indices, filterGradient: indices });

/**
 * What was measured on this adapter before, else what `measure` finds; kept in the cache folder.
 *
 * @param adapter names the adapter, its driver, and how products are computed
 */
export async function cachedRanking(
  adapter: readonly string[],
  measure: () => Promise<TileRanking>,
): Promise<TileRanking> {
  const key = createHash('sha256')
    .update(JSON.stringify([KERNELS_VERSION, ...adapter]))
    .digest('hex')
    .slice(0, 16);
  const file = path.join(cacheFolder(), `webgpu-tiles-${key}.json`);
  try {
    return schema.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    const ranking = await measure();
    await keep(file, ranking);
    return ranking;
  }
}

/** Without a cache that can be written, the next start measures again. */
async function keep(file: string, ranking: TileRanking): Promise<void> {
  const beside = `${file}.${process.pid}`;
  try {
    await makeFolder(path.dirname(file));
    await writeFile(beside, JSON.stringify(ranking));
    await rename(beside, file);
  } catch {}
}
