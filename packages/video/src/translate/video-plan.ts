import { UsageError, UserError } from '@instagan/core';
import * as z from 'zod';
import type { Encoder } from '../encode/choose-encoder.ts';
import { CODECS, CONTAINERS } from '../encode/output-format.ts';
import type { TranslateVideoOptions } from './translate-video.ts';
import type { VideoJob, VideoJobOptions } from './video-job.ts';

type Plan = Readonly<Record<string, unknown>>;

/** Options that decide which frames are taken, in the order in which a plan lists them. */
const SELECTION = ['startSeconds', 'durationSeconds', 'size', 'fps', 'every'] as const;
const FLAGS = ['--start', '--duration', '--size', '--fps', '--every'];

const seconds = z.number().nonnegative();
const sidePx = z.int().positive();
/** What joining needs of a plan, which somebody may have changed. */
const joinedSchema = z.object({
  selection: z
    .tuple([
      seconds,
      seconds.positive().nullable(),
      z.object({ width: sidePx, height: sidePx }).nullable(),
      z.number().positive().nullable(),
      z.int().positive(),
    ])
    .optional(),
  format: z.tuple([z.enum(CONTAINERS), z.enum(CODECS).nullable()]).optional(),
  encoder: z.tuple([z.unknown(), z.unknown(), z.number().nullable()], z.unknown()).optional(),
});

/** All that decides what the parts of a video hold. */
export function planOf(options: TranslateVideoOptions, { input, format }: VideoJob, encoder: Encoder): Plan {
  const { compares, crf, maxInstances, instancesPerChunk, tracking, blending, deinterlaces, modelIdentity } = options;
  const { region = 'image', background = 'translated', rimPx } = options;
  return {
    video: input.identity,
    model: modelIdentity ?? null,
    selection: selectionOf(options),
    deinterlace: deinterlaces === true,
    compare: compares === true,
    format: [format.container, format.codec],
    encoder: [encoder.name, encoder.pixelFormat, crf ?? null, encoder.partContainer],
    tracking: [maxInstances ?? null, tracking ?? null, blending ?? 0],
    regions: [region, background, rimPx ?? null],
    ...(instancesPerChunk === undefined ? {} : { instancesPerChunk }),
  };
}

function selectionOf({ startSeconds = 0, durationSeconds, size, fps, every = 1 }: VideoJobOptions): unknown[] {
  return [startSeconds, durationSeconds ?? null, size ?? null, fps ?? null, every];
}

/**
 * The options with which shards are joined: those that they were made with, which need not be given again.
 *
 * @throws UsageError if others are given, UserError if the plan is damaged
 */
export function optionsOfShards(plan: Plan, options: VideoJobOptions): VideoJobOptions {
  const { data } = joinedSchema.safeParse(plan);
  if (data === undefined) throw new UserError('The plan of the shards is damaged: remove them, and run them again.');
  const { selection, format, encoder } = data;
  const made: Record<string, unknown> = {};
  for (const [i, name] of SELECTION.entries()) {
    const value = selection === undefined ? options[name] : (selection[i] ?? undefined);
    const isOther = options[name] !== undefined && JSON.stringify(options[name]) !== JSON.stringify(value);
    if (isOther) throw new UsageError(`The shards were made with another ${FLAGS[i]}: leave it out to join them.`);
    if (value !== undefined) made[name] = value;
  }
  // Plans of earlier versions do not tell the format.
  const [container, codec] = format ?? [options.container, options.codec];
  if ((options.container ?? container) !== container || (options.codec ?? codec) !== codec) {
    throw new UsageError('The shards were made with another --container or --codec: leave them out to join them.');
  }
  const crf = encoder?.[2] ?? options.crf;
  return {
    ...options,
    ...made,
    ...(container && { container }),
    ...(codec && { codec }),
    ...(typeof crf === 'number' && { crf }),
  };
}
