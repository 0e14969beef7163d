import { readdir, rm, rmdir } from 'node:fs/promises';
import path from 'node:path';
import { UsageError, UserError } from '../errors.ts';
import { differingKeys, readCompletion, readPlan } from './work-records.ts';

/** One of several equal parts of a job, for one machine each. */
export interface Shard {
  /** 1 … count. */
  readonly number: number;
  readonly count: number;
}

/** A shard in which all is done. */
export interface FinishedShard {
  readonly folder: string;
  /** What was recorded with `recordCompletion`. */
  readonly completion: Readonly<Record<string, unknown>>;
  /** What it was begun with: the same for all shards of an output. */
  readonly plan: Readonly<Record<string, unknown>>;
}

/** Where the work of one shard of an output lies until the output is whole: in `OUTPUT.parts`, beside it. */
export function shardFolder(output: string, { number, count }: Shard): string {
  return path.join(partsFolder(output), `shard-${number}-of-${count}`);
}

/**
 * The shards that an output was split into, in order.
 *
 * @throws UsageError if there are none, they were split in different ways, or begun with different plans; UserError if any is
 *   not finished
 */
export async function finishedShards(output: string): Promise<FinishedShard[]> {
  const count = await shardCount(output);
  const finished: FinishedShard[] = [];
  const missing: string[] = [];
  for (let number = 1; number <= count; number++) {
    const folder = shardFolder(output, { number, count });
    const completion = await readCompletion(folder);
    if (completion === null) missing.push(`${number}/${count}`);
    else finished.push({ folder, completion, plan: await readPlan(folder) });
  }
  if (missing.length > 0) {
    throw new UserError(
      `Shard ${missing.join(', ')} of ${output} is not finished: run it again with --shard, then join.`,
    );
  }
  const [first] = finished;
  for (const [i, { folder, plan }] of finished.entries()) {
    const differing = differingKeys(plan, first?.plan ?? plan);
    if (differing.length === 0) continue;
    throw new UsageError(
      `Shard ${i + 1}/${count} of ${output} was made with another ${differing.join(', ')} than shard 1/${count}: remove ${folder}, then run that shard again.`,
    );
  }
  return finished;
}

async function shardCount(output: string): Promise<number> {
  const folder = partsFolder(output);
  const names = await readdir(folder).catch(() => []);
  const counts = new Set(names.flatMap((name) => /^shard-\d+-of-(\d+)$/.exec(name)?.[1] ?? []));
  if (counts.size === 0) throw new UsageError(`${folder} holds no shard: translate them first, each with --shard i/n.`);
  if (counts.size > 1) {
    throw new UsageError(`${folder} holds shards of ${[...counts].join(' and of ')}: remove those that do not belong.`);
  }
  return Number([...counts][0]);
}

/** Removes the folder of one shard. */
export async function removeShard(output: string, shard: Shard): Promise<void> {
  await rm(shardFolder(output, shard), { recursive: true, force: true });
  // Stays if other shards are there.
  await rmdir(partsFolder(output)).catch(() => {});
}

/** Removes the folders of all shards of an output. */
export async function removeShards(output: string): Promise<void> {
  await rm(partsFolder(output), { recursive: true, force: true });
}

/** Where the work of all shards of an output lies. */
export function partsFolder(output: string): string {
  return path.join(path.dirname(output), `${path.basename(output).replaceAll('%', '')}.parts`);
}
