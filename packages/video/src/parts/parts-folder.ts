import { readdir, rm, rmdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { UsageError, UserError } from '@instagan/core';
import { isShardComplete, readSegments, type Segment } from './segment-folder.ts';
import type { Shard } from './shard.ts';

/** Where the finished segments of an output lie until it is whole: beside it. */
export function partsFolder(output: string): string {
  return join(dirname(output), `${basename(output).replaceAll('%', '')}.parts`);
}

/** Where those of one shard lie. */
export function shardFolder(output: string, { number, count }: Shard): string {
  return join(partsFolder(output), `shard-${number}-of-${count}`);
}

/** Removes the folder of a shard in which no segment was finished. */
export async function removeUnused(output: string, shard: Shard): Promise<void> {
  const folder = shardFolder(output, shard);
  if ((await readSegments(folder)).length > 0 || (await isShardComplete(folder))) return;
  await rm(folder, { recursive: true, force: true });
  // Stays if other shards are there.
  await rmdir(partsFolder(output)).catch(() => {});
}

/** Removes all that was kept beside an output until it was whole. */
export async function removeParts(output: string): Promise<void> {
  await rm(partsFolder(output), { recursive: true, force: true });
}

/**
 * Into how many shards an output was split.
 *
 * @throws UsageError if there are none, or they were split in different ways
 */
export async function shardCount(output: string): Promise<number> {
  const folder = partsFolder(output);
  const names = await readdir(folder).catch(() => []);
  const counts = new Set(names.flatMap((name) => /^shard-\d+-of-(\d+)$/.exec(name)?.[1] ?? []));
  if (counts.size === 0) throw new UsageError(`${folder} holds no shard: translate them first, each with --shard i/n.`);
  if (counts.size > 1) {
    throw new UsageError(`${folder} holds shards of ${[...counts].join(' and of ')}: remove those that do not belong.`);
  }
  return Number([...counts][0]);
}

/** @throws UserError if any shards of an output are not finished */
export function refuseMissingShards(output: string, missing: readonly number[], count: number): void {
  if (missing.length === 0) return;
  const list = missing.map((number) => `${number}/${count}`).join(', ');
  throw new UserError(`Shard ${list} of ${output} is not finished: run it again with --shard, then join.`);
}

/**
 * The segments of all shards of an output, in order.
 *
 * @throws UsageError if there are none, or they were split in different ways; UserError if a shard is not finished
 */
export async function finishedShards(output: string): Promise<Segment[]> {
  const count = await shardCount(output);
  const missing: number[] = [];
  const segments: Segment[] = [];
  for (let number = 1; number <= count; number++) {
    const shard = shardFolder(output, { number, count });
    if (!(await isShardComplete(shard))) missing.push(number);
    segments.push(...(await readSegments(shard)));
  }
  refuseMissingShards(output, missing, count);
  if (segments.length === 0)
    throw new UserError(`The shards of ${output} hold no frame: check --start and --duration.`);
  return segments;
}
