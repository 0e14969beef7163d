import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beginPlan, readCompletion, readRecord, recordCompletion, UsageError, writeRecord } from '@instagan/core';

/** A finished stretch of the output. */
export interface Segment {
  readonly file: string;
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

/** The finished segments of one shard, on disk: what survives when the process is killed. */
export interface SegmentFolder {
  readonly folder: string;
  /** Those that follow each other without a gap from the first frame on. */
  segments(): Promise<Segment[]>;
  /** Whether the last frame is among them. */
  isComplete(): Promise<boolean>;
  /** Where to write the segment that begins with this frame. */
  fileFor(firstFrame: number): string;
  /** Counts a segment as finished. */
  commit(segment: Segment): Promise<void>;
  /** Records that there are no more. */
  complete(): Promise<void>;
}

const RECORD = /^segment-\d{8}\.json$/;

export interface OpenSegmentsOptions {
  /** All that decides what the segments hold; those of another plan are not mixed in. */
  readonly plan: Readonly<Record<string, unknown>>;
  /** Ending of segment files, such as `mp4`. */
  readonly ending: string;
  /** Whether segments that are there are kept. */
  readonly resumes: boolean;
}

/**
 * Opens the folder of a shard's segments.
 *
 * @throws UsageError if it is to go on with segments that were made with other settings, or to start over where there are
 *   some
 */
export async function openSegments(
  folder: string,
  { plan, ending, resumes }: OpenSegmentsOptions,
): Promise<SegmentFolder> {
  if (!resumes) await clear(folder);
  await beginPlan(folder, plan, clear);
  return {
    folder,
    segments: () => readSegments(folder),
    isComplete: async () => (await readCompletion(folder)) !== null,
    fileFor: (firstFrame) => join(folder, `${segmentName(firstFrame)}.${ending}`),
    commit: (segment) => writeRecord(join(folder, `${segmentName(segment.firstFrame)}.json`), segment),
    complete: () => recordCompletion(folder),
  };
}

/** The finished segments in a folder, in order, up to the first gap. */
export async function readSegments(folder: string): Promise<Segment[]> {
  const names = (await readdir(folder).catch(() => [])).filter((name) => RECORD.test(name)).sort();
  const segments: Segment[] = [];
  let next = 0;
  for (const name of names) {
    const record = (await readRecord(join(folder, name))) as unknown as Segment | null;
    if (record === null || record.firstFrame !== next) continue;
    // The folder may have been moved since.
    const ending = record.file.slice(record.file.lastIndexOf('.'));
    segments.push({ ...record, file: join(folder, `${segmentName(next)}${ending}`) });
    next += record.frames;
  }
  return segments;
}

async function clear(folder: string): Promise<void> {
  const frames = (await readSegments(folder)).reduce((sum, segment) => sum + segment.frames, 0);
  if (frames > 0) {
    throw new UsageError(
      `${folder} holds ${frames} frames of an earlier run: go on with --resume, or remove that folder to start over.`,
    );
  }
  await rm(folder, { recursive: true, force: true });
}

function segmentName(firstFrame: number): string {
  return `segment-${String(firstFrame).padStart(8, '0')}`;
}
