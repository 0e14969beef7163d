import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import {
  beginPlan,
  finishedShards,
  type Picture,
  readRecord,
  recordCompletion,
  removeShards,
  type Shard,
  shardFolder,
  UserError,
  writeRecord,
} from '@instagan/core';
import { type ImageFile, readImage, writeImage } from '@instagan/datasets';
import * as z from 'zod';
import type { FailedImage, TranslatedImage, TranslatedImages } from './translate-images.ts';

/** The part of a folder of images that one of several processes translates, and what of it is done, on disk. */
export interface ImageShard {
  /** Its images that are not done yet. */
  readonly left: readonly ImageFile[];
  /** What earlier processes have done of it. */
  readonly done: readonly TranslatedImage[];
  /** Counts an image as done. @param row of the contact sheet; null without one */
  add(image: TranslatedImage, row: readonly Picture[] | null): Promise<void>;
  /** Records that there are no more. */
  complete(failed: readonly FailedImage[]): Promise<void>;
}

const RECORD = /^image-.*\.json$/;
/** No row of a contact sheet has more pictures. */
const MAX_TILES = 16;

type ImageRecord = TranslatedImage & { readonly tiles: number };

/** What a shard records of an image, which somebody may have changed. */
const imageSchema: z.ZodType<ImageRecord> = z.object({
  name: z.string(),
  input: z.string(),
  output: z.string(),
  masks: z.array(z.string()),
  translated: z.array(z.int().nonnegative()).nullable(),
  masksFrom: z.enum(['file', 'segmenter']).nullable(),
  seconds: z.number(),
  warning: z.exactOptional(z.string()),
  tiles: z.int().nonnegative().max(MAX_TILES),
});
const completionSchema = z.object({
  failed: z.array(z.object({ name: z.string(), input: z.string(), error: z.string() })),
});

/**
 * Opens shard i of n: image i of the list, and each n-th one after it. What was done before, also by a process that was
 * killed, is not done again. Its records lie in `OUTPUT.parts`.
 *
 * @param plan all that decides what comes out
 * @throws UsageError if the shard was begun with another plan
 */
export async function openImageShard(
  output: string,
  shard: Shard,
  plan: Readonly<Record<string, unknown>>,
  inputs: readonly ImageFile[],
): Promise<ImageShard> {
  const folder = shardFolder(resolve(output), shard);
  await beginPlan(folder, plan, (unplanned) => rm(unplanned, { recursive: true, force: true }));
  const done = (await readImages(folder)).filter((image) => existsSync(image.output));
  const isDone = new Set(done.map(({ name }) => name));
  return {
    left: inputs.filter(({ name }, i) => i % shard.count === shard.number - 1 && !isDone.has(name)),
    done,
    add: async (image, row) => {
      for (const [tile, picture] of (row ?? []).entries())
        await writeImage(tileFile(folder, image.name, tile), picture);
      await writeRecord(join(folder, `image-${flat(image.name)}.json`), { ...image, tiles: row?.length ?? 0 });
    },
    complete: (failed) => recordCompletion(folder, { failed }),
  };
}

/**
 * What all shards of an output have done; {@link removeImageShards} ends their records.
 *
 * @param inputs images that are to be among them
 * @param takesRow whether one more row of the contact sheet is wanted
 * @throws UsageError if there are no shards; UserError if one is not finished, or an image is in none
 */
export async function joinImageShards(
  output: string,
  inputs: readonly ImageFile[],
  takesRow: (row: readonly Picture[]) => boolean,
): Promise<TranslatedImages> {
  const failed: FailedImage[] = [];
  const byName = new Map<string, { image: TranslatedImage; folder: string; tiles: number }>();
  for (const { folder, completion } of await finishedShards(resolve(output))) {
    const { data } = completionSchema.safeParse(completion);
    if (data === undefined) {
      throw new UserError(`The records in ${folder} are damaged: remove it, run that shard again, then join.`);
    }
    for (const each of data.failed) failed.push(each);
    for (const { tiles, ...image } of await readImages(folder)) byName.set(image.name, { image, folder, tiles });
  }
  const isFailed = new Set(failed.map(({ name }) => name));
  const forgotten = inputs.find(({ name }) => !byName.has(name) && !isFailed.has(name));
  if (forgotten !== undefined) {
    throw new UserError(`${forgotten.file} is in no shard of ${output}: run the shards again, then join.`);
  }
  const images: TranslatedImage[] = [];
  const rows: (readonly Picture[])[] = [];
  for (const { name } of inputs) {
    const found = byName.get(name);
    if (found === undefined) continue;
    images.push(found.image);
    if (found.tiles === 0) continue;
    const numbers = Array.from({ length: found.tiles }, (_, tile) => tile);
    const row = await Promise.all(numbers.map((tile) => readImage(tileFile(found.folder, name, tile))));
    if (takesRow(row)) rows.push(row);
  }
  return { images, failed, rows };
}

/** Removes the records of the shards of an output. */
export async function removeImageShards(output: string): Promise<void> {
  await removeShards(resolve(output));
}

/** The records of images in a folder, without those that are damaged. */
async function readImages(folder: string): Promise<ImageRecord[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => RECORD.test(name));
  const records = await Promise.all(names.map((name) => readRecord(join(folder, name))));
  return records.flatMap((record) => imageSchema.safeParse(record).data ?? []);
}

function tileFile(folder: string, name: string, tile: number): string {
  return join(folder, `row-${flat(name)}-${tile}.png`);
}

/** A file name made of the name of an image that may lie in folders below. */
function flat(name: string): string {
  return name.replaceAll('%', '%25').replaceAll('/', '%2F');
}
