import { execFile } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { UsageError, UserError } from '@instagan/core';
import { isSequence, parseSequence, picturesOf, requireWholeSequence } from './image-sequence.ts';

/** A video as ffmpeg is to open it. */
export interface MediaInput {
  /** As the user named it. */
  readonly name: string;
  /** The arguments that name it; a name can never be taken for an option or another protocol. */
  readonly args: readonly string[];
  /** Path of the file; null for image sequences and URLs. */
  readonly file: string | null;
  /** The pictures of a sequence, in order; null for all else. */
  readonly pictures: readonly string[] | null;
  /** Changes with the content: tells whether a later run sees the same video. */
  readonly identity: string;
}

export interface MediaInputOptions {
  /** Pictures a second of an image sequence. @default 25 */
  readonly sequenceFps?: number;
  /** Name of the program that finds the video of a web page. @default process.env.YT_DLP_PATH or `yt-dlp` */
  readonly downloader?: string;
}

/** What a URL may lead to: never to files of this machine, nor to other programs. */
const WEB_PROTOCOLS = 'http,https,tcp,tls,crypto';
const MEDIA_ENDING = /\.(mp4|m4v|mov|mkv|webm|gif|avi|ts|mpe?g|ogv|flv|wmv|m3u8|mpd)$/i;

/**
 * Finds the video that a user names: a file, an image sequence such as `frames/%05d.png`, or an http(s) URL. The page of a
 * video platform is opened with yt-dlp where that is installed.
 *
 * @throws UsageError for other protocols and folders, UserError if the file is missing or the page holds no video
 */
export async function openMediaInput(name: string, options: MediaInputOptions = {}): Promise<MediaInput> {
  // What is there is a file, whatever its name looks like.
  const found = await stat(name).catch(() => null);
  if (found === null) {
    const [, protocol] = /^([a-z][a-z0-9+.-]+):/i.exec(name) ?? [];
    if (protocol !== undefined && !isFolderOf(name)) return openUrl(name, protocol.toLowerCase(), options);
    if (isSequence(name)) return openSequence(name, options.sequenceFps ?? 25);
  }
  if (found === null) throw new UserError(`There is no video ${name}: check the path.`);
  if (found.isDirectory()) {
    throw new UsageError(
      `${name} is a folder: name a video file, or an image sequence such as ${name.replace(/\/+$/, '')}/%05d.png.`,
    );
  }
  if (!found.isFile()) throw new UsageError(`${name} is no regular file: name a video file.`);
  if (found.size === 0) throw new UserError(`${name} is empty: it holds no video.`);
  const path = resolve(name);
  const args = ['-protocol_whitelist', 'file,crypto,data', '-i', `file:${path}`];
  return { name, args, file: path, pictures: null, identity: `${path} ${found.size} ${found.mtimeMs}` };
}

async function openSequence(name: string, fps: number): Promise<MediaInput> {
  const sequence = parseSequence(name);
  const pictures = await picturesOf(sequence);
  await requireWholeSequence(name, pictures);
  const args = [
    ...['-protocol_whitelist', 'file,crypto,data', '-framerate', rateText(fps), '-f', 'image2'],
    ...['-start_number', `${pictures[0]?.number}`, '-i', `file:${sequence.pattern}`],
  ];
  const files = pictures.map(({ file }) => file);
  return { name, args, file: null, pictures: files, identity: `${resolve(name)} at ${fps}` };
}

/** A frame rate as ffmpeg reads it, exact for those of NTSC, such as 30000/1001. */
export function rateText(fps: number): string {
  const thousandths = fps * 1001;
  const isNtsc =
    Math.abs(fps - Math.round(fps)) > 1e-4 && Math.abs(thousandths / 1000 - Math.round(thousandths / 1000)) < 1e-4;
  return isNtsc ? `${Math.round(thousandths / 1000) * 1000}/1001` : `${fps}`;
}

/** On Windows `C:\clip.mp4` has the form of a URL. */
function isFolderOf(name: string): boolean {
  return process.platform === 'win32' && /^[a-z]:[\\/]/i.test(name);
}

async function openUrl(name: string, protocol: string, { downloader }: MediaInputOptions): Promise<MediaInput> {
  if (protocol === 'file') throw new UsageError(`Give the path of ${name} without "file:".`);
  if (protocol !== 'http' && protocol !== 'https') {
    throw new UsageError(`${name} is not read: give a file, or a URL that begins with http:// or https://.`);
  }
  const url = parseUrl(name);
  const direct = MEDIA_ENDING.test(url.pathname) ? url.href : await resolvePage(url, downloader);
  return {
    name,
    args: ['-protocol_whitelist', WEB_PROTOCOLS, '-i', direct],
    file: null,
    pictures: null,
    identity: url.href,
  };
}

function parseUrl(name: string): URL {
  try {
    return new URL(name);
  } catch {
    throw new UsageError(`${name} is no URL: check it.`);
  }
}

/** Asks yt-dlp for the address of the video on a page; without it the page's own address is tried. */
async function resolvePage(url: URL, downloader = process.env.YT_DLP_PATH ?? 'yt-dlp'): Promise<string> {
  try {
    // One file with both picture and sound; `--` ends the options.
    const { stdout } = await promisify(execFile)(
      downloader,
      ['--get-url', '--no-playlist', '--format', 'b', '--', url.href],
      { timeout: 120_000 },
    );
    const [first = ''] = stdout.trim().split('\n');
    if (!/^https?:\/\//.test(first)) throw new UserError(`yt-dlp found no video at ${url.href}: check the address.`);
    return first;
  } catch (error) {
    if (error instanceof UserError) throw error;
    const { code, stderr = '' } = error as NodeJS.ErrnoException & { stderr?: string };
    if (code === 'ENOENT') return url.href;
    const reason =
      stderr
        .trim()
        .split('\n')
        .at(-1)
        ?.replace(/^ERROR:\s*/, '') || 'it failed';
    throw new UserError(`yt-dlp cannot open ${url.href}: ${reason.replace(/[.\s]+$/, '')}; check the address.`);
  }
}
