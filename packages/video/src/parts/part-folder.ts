import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import {
  beginPlan,
  lockRun,
  makeFolder,
  readCompletion,
  readRecord,
  recordCompletion,
  UsageError,
  writeRecord,
} from '@instagan/core';
import * as z from 'zod';

/** A finished stretch of the output. */
export interface Part {
  readonly file: string;
  /** Of the file's bytes; those of earlier versions have none. */
  readonly fileSha256?: string | undefined;
  /** Index of its first frame within the shard. */
  readonly firstFrame: number;
  readonly frames: number;
  /** When its first frame is shown, in seconds of the output. */
  readonly startSeconds: number;
  /** When its last frame is shown. */
  readonly lastSeconds: number;
  /** Until when. The file holds the last frame once more from then on, so that the first one's duration is known. */
  readonly endSeconds: number;
}

/** The finished parts of one shard, on disk: what survives when the process is killed. */
export interface PartFolder {
  readonly folder: string;
  /** Those that follow each other without a gap from the first frame on. */
  parts(): Promise<Part[]>;
  /** Whether the last frame is among them. */
  isComplete(): Promise<boolean>;
  /** Where to write the part that begins with this frame. */
  fileFor(firstFrame: number): string;
  /** What had changed since it was written, a sentence each: it is made anew, and what comes after it. */
  readonly damage: readonly string[];
  /** Counts a part as finished. */
  commit(part: Part): Promise<void>;
  /** Records that there are no more. */
  complete(): Promise<void>;
  /** Lets other processes have it. */
  close(): Promise<void>;
}

/** What messages call the work in a folder of parts. */
export const TRANSLATION = {
  name: 'translation',
  done: 'written',
  instead: 'choose another --output',
  remedy: 'run the command again',
};

const LOCK = /^run\.lock/;

/** Records; `segment-…` are those of jobs that earlier versions began. */
const RECORD = /^(?:part|segment)-(\d{8})\.json$/;
/** Of a part, as a record has it; another name might lead out of the folder. */
const FILE = /^(?:part|segment)-\d{8}\.\w+$/;

const seconds = z.number();
const partSchema = z.object({
  file: z.string(),
  fileSha256: z.string().optional(),
  firstFrame: z.int().nonnegative(),
  frames: z.int().positive(),
  startSeconds: seconds,
  lastSeconds: seconds,
  endSeconds: seconds,
});

export interface OpenPartsOptions {
  /** All that decides what the parts hold; those of another plan are not mixed in. */
  readonly plan: Readonly<Record<string, unknown>>;
  /** Ending of the files of parts, such as `mp4`. */
  readonly ending: string;
  /** Whether parts that are there are kept. */
  readonly resumes: boolean;
}

/**
 * Opens the folder of a shard's parts, for this process alone.
 *
 * @throws UsageError if it is to go on with parts that were made with other settings, or to start over where there are
 *   some; UserError if another process writes to it
 */
export async function openParts(folder: string, { plan, ending, resumes }: OpenPartsOptions): Promise<PartFolder> {
  await makeFolder(folder);
  const lock = await lockRun(folder, undefined, TRANSLATION);
  let damaged: readonly string[] = [];
  try {
    if (!resumes) await clear(folder);
    await beginPlan(folder, plan, clear);
    damaged = await damagedParts(folder);
    for (const name of damaged) await rm(join(folder, name), { force: true });
  } catch (error) {
    await lock.release();
    throw error;
  }
  return {
    folder,
    damage: damaged.map((name) => `${join(folder, name)} or its part is damaged: it is made anew.`),
    parts: () => readParts(folder),
    isComplete: async () => (await readCompletion(folder)) !== null,
    fileFor: (firstFrame) => join(folder, `${partName(firstFrame)}.${ending}`),
    commit: async (part) => {
      const fileSha256 = await digestOf(part.file);
      await lock.requireHeld();
      await writeRecord(join(folder, `${partName(part.firstFrame)}.json`), { ...part, fileSha256 });
    },
    complete: () => recordCompletion(folder),
    close: () => lock.release(),
  };
}

/** The finished parts in a folder, in order, up to the first gap. */
export async function readParts(folder: string): Promise<Part[]> {
  const parts: Part[] = [];
  let next = 0;
  for (const name of await recordsIn(folder)) {
    const part = await readPart(folder, name);
    if (part === null || part.firstFrame !== next) continue;
    parts.push(part);
    next += part.frames;
  }
  return parts;
}

/** Names of the records that are damaged, or whose parts are gone or have changed since. */
export async function damagedParts(folder: string): Promise<string[]> {
  const damaged: string[] = [];
  for (const name of await recordsIn(folder)) {
    const part = await readPart(folder, name);
    const found = part === null ? null : await digestOf(part.file).catch(() => null);
    if (found === null || (part?.fileSha256 ?? found) !== found) damaged.push(name);
  }
  return damaged;
}

async function recordsIn(folder: string): Promise<string[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => RECORD.test(name));
  return names.sort((a, b) => firstFrameOf(a) - firstFrameOf(b));
}

async function readPart(folder: string, name: string): Promise<Part | null> {
  const record = partSchema.safeParse(await readRecord(join(folder, name)));
  if (!record.success) return null;
  // The folder may have been moved since.
  const file = basename(record.data.file.replaceAll('\\', '/'));
  return FILE.test(file) ? { ...record.data, file: join(folder, file) } : null;
}

/** SHA-256 of a file. */
async function digestOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const block of createReadStream(file)) hash.update(block as Uint8Array);
  return hash.digest('hex');
}

async function clear(folder: string): Promise<void> {
  const frames = (await readParts(folder)).reduce((sum, part) => sum + part.frames, 0);
  if (frames > 0) {
    throw new UsageError(
      `${folder} holds ${frames} frames of an earlier run: go on with --resume, or remove that folder to start over.`,
    );
  }
  const names = (await readdir(folder)).filter((name) => !LOCK.test(name));
  await Promise.all(names.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}

function firstFrameOf(recordName: string): number {
  return Number(RECORD.exec(recordName)?.[1]);
}

function partName(firstFrame: number): string {
  return `part-${String(firstFrame).padStart(8, '0')}`;
}
