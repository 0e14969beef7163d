import { execFile } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { SizePx } from '@instagan/core';
import { indexMasks, readMask, writeMask } from '@instagan/datasets';
import { type Ffmpeg, findFfmpeg, openMediaInput, probeMedia } from '@instagan/video';
import { openVideoSource, type VideoFlags } from './video-source.ts';
import { measureStages, memoryOfHalves, STAGES, type StageCost, type StageCosts } from './video-stages.ts';

const run = promisify(execFile);

export interface FramedCosts extends SizePx {
  readonly costs: StageCosts;
  /** See {@link memoryOfHalves}. */
  readonly memoryMiB: readonly [number, number];
}

/** What the stages cost for the same clip in the middle of frames of several sizes, such as `360x640,1080x1920`. */
export async function framedCosts(
  flags: VideoFlags,
  frames: string,
  rounds: number,
  folder: string,
): Promise<readonly FramedCosts[]> {
  const { input, masks, duration } = flags;
  if (input === undefined) throw new Error('Give --input VIDEO.');
  const ffmpeg = await findFfmpeg();
  const all: FramedCosts[] = [];
  for (const text of frames.split(',')) {
    const [height = 0, width = 0] = text.split('x').map(Number);
    const clip = await frameClip(ffmpeg, { input, masks, duration }, { height, width }, folder);
    const source = await openVideoSource({ ...flags, ...clip, duration: undefined });
    try {
      const memoryMiB = await memoryOfHalves(source, folder);
      all.push({ height, width, costs: await measureStages(source, rounds, folder), memoryMiB });
    } finally {
      await source.close();
    }
  }
  return all;
}

/** The green of the drawn meadow. */
const SURROUNDINGS = '0x6f9c4a';

/**
 * A row for each stage: processor time a frame, in brackets without that of ffmpeg; and the most memory in each half of the clip.
 */
export function framedTable(all: readonly FramedCosts[]): string {
  const cell = ({ ms, ownMs }: StageCost) => `${ms.toFixed(1)} (${ownMs.toFixed(1)})`.padStart(16);
  const rows = [
    `${'ms a frame'.padEnd(16)}${all.map(({ height, width }) => `${width}x${height}`.padStart(16)).join('')}`,
    ...STAGES.map((name) => `${name.padEnd(16)}${all.map(({ costs }) => cell(costs[name])).join('')}`),
    `${'MiB, by halves'.padEnd(16)}${all.map(({ memoryMiB }) => memoryMiB.map(Math.round).join(', ').padStart(16)).join('')}`,
  ];
  return `${rows.join('\n')}\n`;
}

/** A clip, and the folder of the masks of its frames, if they are not to be found. */
export interface FramedClip {
  readonly input: string;
  readonly masks?: string | undefined;
}

/**
 * Lays a clip in the middle of larger frames: as many objects of the same size in pixels, and more frame. Around it they show it
 * enlarged, or, without masks, one colour, for a segmenter would find the enlarged objects, too. Its objects should be so small that the regions
 * around them fit into the smallest frame.
 *
 * @param folder where the clip and its masks are written
 * @throws Error if the clip is larger than the frames
 */
async function frameClip(
  ffmpeg: Ffmpeg,
  { input, masks, duration }: FramedClip & Pick<VideoFlags, 'duration'>,
  size: SizePx,
  folder: string,
): Promise<FramedClip> {
  const { video } = await probeMedia(ffmpeg, await openMediaInput(input));
  const [left, top] = [Math.floor((size.width - video.width) / 2), Math.floor((size.height - video.height) / 2)];
  if (left < 0 || top < 0) throw new Error(`${input} is larger than ${size.height}x${size.width}.`);
  const clip = join(folder, `${size.height}.mp4`);
  const enlarged = `[0:v]split[a][b];[a]scale=${size.width}:${size.height}[back];[back][b]overlay=${left}:${top}`;
  const filter = masks === undefined ? `pad=${size.width}:${size.height}:${left}:${top}:${SURROUNDINGS}` : enlarged;
  const encoding = ['-c:v', 'libx264', '-crf', '18', '-pix_fmt', 'yuv420p'];
  const length = duration === undefined ? [] : ['-t', duration];
  await run(ffmpeg.path, [
    '-loglevel',
    'error',
    ...length,
    '-i',
    input,
    '-filter_complex',
    filter,
    ...encoding,
    '-y',
    clip,
  ]);
  if (masks === undefined) return { input: clip };
  const framed = join(folder, `${size.height}_seg`);
  await mkdir(framed);
  const own = { height: video.height, width: video.width };
  for (const [name, files] of (await indexMasks(masks))?.byName ?? []) {
    for (const [n, { file }] of files.entries()) {
      const { data } = await readMask(file, { size: own });
      const whole = new Uint8Array(size.width * size.height);
      for (let y = 0; y < own.height; y++) {
        whole.set(data.subarray(y * own.width, (y + 1) * own.width), (top + y) * size.width + left);
      }
      await writeMask(join(framed, `${name}_${n}.png`), { ...size, data: whole });
    }
  }
  return { input: clip, masks: framed };
}
