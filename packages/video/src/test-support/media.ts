import { execFile } from 'node:child_process';
import { accessSync, chmodSync, constants, existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Test } from 'tap';
import { ffmpegEnvironment } from '../ffmpeg/ffmpeg-process.ts';
import { findFfmpeg } from '../ffmpeg/find-ffmpeg.ts';

export const ffmpeg = await findFfmpeg();

/** A folder for a test file, removed when it ends. */
export async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'instagan-video-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Makes a clip with ffmpeg's own sources. */
export async function makeClip(file: string, ...args: readonly string[]): Promise<string> {
  await promisify(execFile)(ffmpeg.path, ['-v', 'error', '-y', ...args, file], { env: ffmpegEnvironment() });
  return file;
}

/** Copies a clip and tells players to turn it by a quarter, as phones do. */
export async function makeTurned(file: string, clip: string): Promise<string> {
  const isInput = ffmpeg.codecMajor >= 60;
  const before = isInput ? ['-display_rotation:v:0', '-90'] : [];
  const after = isInput ? [] : ['-metadata:s:v:0', 'rotate=90'];
  return makeClip(file, ...before, '-i', clip, '-c', 'copy', ...after);
}

export interface ProbedFrame {
  readonly seconds: number;
}

export interface ProbedMedia {
  readonly width: number;
  readonly height: number;
  readonly codec: string;
  readonly pixelFormat: string;
  readonly colourSpace: string | undefined;
  /** When each frame that a player shows is shown. */
  readonly times: readonly number[];
  readonly durationSeconds: number;
  readonly audio: readonly { readonly codec: string; readonly packets: number }[];
  readonly subtitles: readonly string[];
}

/** What ffprobe, an independent reader, finds in a file after decoding all of it. */
export async function probe(file: string): Promise<ProbedMedia> {
  const show = ['-count_packets', '-count_frames', '-show_streams', '-show_format', '-show_frames', '-of', 'json'];
  const { stdout } = await promisify(execFile)(ffprobePath(), ['-v', 'error', ...show, file], { maxBuffer: 1e8 });
  const { streams, frames, format } = JSON.parse(stdout) as {
    streams: Record<string, string>[];
    frames: Record<string, string>[];
    format: Record<string, string>;
  };
  const video = streams.find(({ codec_type }) => codec_type === 'video') ?? {};
  const times = frames
    .filter(({ media_type }) => media_type === 'video')
    .map((frame) => Number(frame.pts_time ?? frame.pkt_pts_time ?? frame.best_effort_timestamp_time));
  return {
    width: Number(video.width),
    height: Number(video.height),
    codec: String(video.codec_name),
    pixelFormat: String(video.pix_fmt),
    colourSpace: video.color_space,
    times,
    durationSeconds: Number(format.duration),
    audio: streams
      .filter(({ codec_type }) => codec_type === 'audio')
      .map((stream) => ({ codec: String(stream.codec_name), packets: Number(stream.nb_read_packets) })),
    subtitles: streams
      .filter(({ codec_type }) => codec_type === 'subtitle')
      .map(({ codec_name }) => String(codec_name)),
  };
}

/** The package's file may lack the right to be executed. */
function ffprobePath(): string {
  const name = `@ffprobe-installer/${process.platform}-${process.arch}`;
  const folder = dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  const file = join(folder, process.platform === 'win32' ? 'ffprobe.exe' : 'ffprobe');
  try {
    accessSync(file, constants.X_OK);
  } catch {
    chmodSync(file, 0o755);
  }
  return file;
}

/** A clip that is not part of this repository; null where it is not. */
export function sharedClip(name: string): string | null {
  const shared = process.env.INSTAGAN_SHARED ?? fileURLToPath(new URL('../../../../../shared', import.meta.url));
  const file = join(shared, 'data', 'video', name);
  return existsSync(file) ? file : null;
}
