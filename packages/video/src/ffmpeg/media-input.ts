import { execFile } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { UsageError, UserError } from '@instagan/core';
import { fingerprintOf, fingerprintOfPictures } from './fingerprint.ts';
import {
  type ImageSequence,
  isSequence,
  parseSequence,
  picturesOf,
  requireWholeSequence,
  sequenceIn,
} from './image-sequence.ts';
import { storeStream } from './store-stream.ts';

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
  /** Changes with the content: tells whether a later run, on any machine, sees the same video. */
  readonly identity: string;
  /** Removes what was stored for it. */
  close(): Promise<void>;
}

export interface MediaInputOptions {
  /** Pictures a second of an image sequence. @default 25 */
  readonly sequenceFps?: number;
  /** Name of the program that finds the video of a web page. @default process.env.YT_DLP_PATH or `yt-dlp` */
  readonly downloader?: string;
  /** Ends the reading of a stream. */
  readonly signal?: AbortSignal;
}

/** The name of standard input. */
const STANDARD_INPUT = '-';
const closeNothing = async () => {};

/** Whether an input can be read once only: standard input, or a pipe with a name. */
export async function isStream(name: string): Promise<boolean> {
  if (name === STANDARD_INPUT) return true;
  return (await stat(name).catch(() => null))?.isFIFO() === true;
}

/** What a URL may lead to: never to files of this machine, nor to other programs. */
const WEB_PROTOCOLS = 'http,https,tcp,tls,crypto';
const MEDIA_ENDING = /\.(mp4|m4v|mov|mkv|webm|gif|avi|ts|mpe?g|ogv|flv|wmv|m3u8|mpd)$/i;

/**
 * Finds the video that a user names: a file, an image sequence such as `frames/%05d.png` or a folder of one, an http(s) URL, or
 * `-`, standard input. The page of a video platform is opened with yt-dlp where that is installed. A stream is stored in a
 * temporary file, for it is read more than once: for its header, its pictures and its sound.
 *
 * @throws UsageError for other protocols and folders, UserError if the file is missing or the page holds no video
 */
export async function openMediaInput(name: string, options: MediaInputOptions = {}): Promise<MediaInput> {
  if (await isStream(name)) return openStream(name, options);
  // What is there is a file, whatever its name looks like.
  const found = await stat(name).catch(() => null);
  if (found === null) {
    const protocol = protocolOf(name);
    if (protocol !== undefined) return openUrl(name, protocol, options);
    if (isSequence(name)) return openSequence(name, parseSequence(name), options);
    throw noVideo(name);
  }
  if (found.isDirectory()) return openSequence(name, await sequenceIn(name), options);
  if (!found.isFile()) throw new UsageError(`${name} is no regular file: name a video file.`);
  if (found.size === 0) throw new UserError(`${name} is empty: it holds no video.`);
  return { name, ...(await openFile(resolve(name))), close: closeNothing };
}

/**
 * Looks whether a video that must be a file is there, before anything that takes time.
 *
 * @throws UserError if it is missing
 */
export async function requireMediaInput(name: string): Promise<void> {
  if (name === STANDARD_INPUT || protocolOf(name) !== undefined || isSequence(name)) return;
  if ((await stat(name).catch(() => null)) === null) throw noVideo(name);
}

function noVideo(name: string): UserError {
  return new UserError(`There is no video ${name}: check the path.`);
}

/** In small letters; undefined of what is no URL. */
function protocolOf(name: string): string | undefined {
  const [, protocol] = /^([a-z][a-z0-9+.-]+):/i.exec(name) ?? [];
  return protocol === undefined || isFolderOf(name) ? undefined : protocol.toLowerCase();
}

async function openFile(path: string): Promise<Omit<MediaInput, 'name' | 'close'>> {
  const args = ['-protocol_whitelist', 'file,crypto,data', '-i', `file:${path}`];
  return { args, file: path, pictures: null, identity: await fingerprintOf(path) };
}

async function openStream(name: string, { signal }: MediaInputOptions): Promise<MediaInput> {
  const isStandard = name === STANDARD_INPUT;
  const called = isStandard ? 'Standard input' : name;
  if (isStandard && process.stdin.isTTY) {
    throw new UsageError('Standard input is the keyboard: pipe a video into it, or name a file as --input.');
  }
  const { file, sizeBytes, remove } = await storeStream(isStandard ? process.stdin : createReadStream(name), signal);
  try {
    if (sizeBytes === 0) throw new UserError(`${called} is empty: it holds no video.`);
    return { name: called, ...(await openFile(file)), close: remove };
  } catch (error) {
    await remove();
    throw error;
  }
}

async function openSequence(
  name: string,
  sequence: ImageSequence,
  { sequenceFps: fps = 25 }: MediaInputOptions,
): Promise<MediaInput> {
  const pictures = await picturesOf(sequence);
  await requireWholeSequence(name, pictures);
  const args = [
    ...['-protocol_whitelist', 'file,crypto,data', '-framerate', rateText(fps), '-f', 'image2'],
    ...['-start_number', `${pictures[0]?.number}`, '-i', `file:${sequence.pattern}`],
  ];
  const files = pictures.map(({ file }) => file);
  const identity = `${await fingerprintOfPictures(files)} at ${fps}`;
  return { name, args, file: null, pictures: files, identity, close: closeNothing };
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
    close: closeNothing,
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
