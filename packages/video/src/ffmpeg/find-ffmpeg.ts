import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { UserError } from '@instagan/core';

/** An ffmpeg that runs here. */
export interface Ffmpeg {
  readonly path: string;
  /** Such as `7.1` or `N-47683-g0e8eb07980`. */
  readonly version: string;
  /** Major version of its libavcodec, which development builds have too: 58 is ffmpeg 4, 61 is ffmpeg 7. */
  readonly codecMajor: number;
}

export interface FindFfmpegOptions {
  /** @default process.env */
  readonly environment?: NodeJS.ProcessEnv;
  /** Programs that come in npm packages, in order; null where a package is not installed. @default those that are */
  readonly packaged?: { readonly beforePath: string | null; readonly afterPath: string | null };
}

const MEND =
  'install it (apt install ffmpeg, brew install ffmpeg, winget install ffmpeg, or npm install ffmpeg-static), or name the program in FFMPEG_PATH';
const OLDEST_CODEC_MAJOR = 58;

/**
 * Finds ffmpeg: the program named by FFMPEG_PATH, else that of the package `ffmpeg-static`, else one on the PATH, else that
 * of `@ffmpeg-installer/ffmpeg`, which is there in a checkout of this repository.
 *
 * @throws UserError if there is none, or if the one named by FFMPEG_PATH does not run
 */
export async function findFfmpeg(options: FindFfmpegOptions = {}): Promise<Ffmpeg> {
  const { environment = process.env, packaged = packagedPrograms() } = options;
  const named = environment.FFMPEG_PATH;
  if (named !== undefined && named !== '') {
    const found = await tryProgram(named);
    if (found !== null) return found;
    throw new UserError(`FFMPEG_PATH names ${named}, which does not run as ffmpeg: correct it, or unset it.`);
  }
  const candidates = [packaged.beforePath, ...onPath(environment.PATH ?? ''), packaged.afterPath];
  let old: Ffmpeg | null = null;
  for (const path of candidates) {
    const found = path === null ? null : await tryProgram(path);
    if (found !== null && found.codecMajor >= OLDEST_CODEC_MAJOR) return found;
    old ??= found;
  }
  if (old !== null)
    throw new UserError(`${old.path} is ffmpeg ${old.version}, too old for videos: ${MEND} of version 4 or later.`);
  throw new UserError(`Videos need ffmpeg, which was not found: ${MEND}.`);
}

/** Runs a program to see whether it is ffmpeg. */
async function tryProgram(path: string): Promise<Ffmpeg | null> {
  try {
    const { stdout } = await promisify(execFile)(path, ['-version'], { timeout: 20_000 });
    const [, version] = /^ffmpeg version (\S+?)(?:-static|-tessus)?\s/.exec(stdout) ?? [];
    const [, codecMajor] = /^libavcodec\s+(\d+)\./m.exec(stdout) ?? [];
    if (version === undefined || codecMajor === undefined) return null;
    return { path, version, codecMajor: Number(codecMajor) };
  } catch {
    return null;
  }
}

const PROGRAM = process.platform === 'win32' ? 'ffmpeg.exe' : 'ffmpeg';

function onPath(path: string): string[] {
  return path
    .split(delimiter)
    .filter((folder) => folder !== '')
    .map((folder) => join(folder, PROGRAM))
    .filter((file) => existsSync(file));
}

/** The packages are looked into and not imported: what they hold is a program. */
function packagedPrograms(): { beforePath: string | null; afterPath: string | null } {
  const inPackage = (name: string) => {
    try {
      const file = join(dirname(createRequire(import.meta.url).resolve(`${name}/package.json`)), PROGRAM);
      return existsSync(file) ? file : null;
    } catch {
      return null;
    }
  };
  return {
    beforePath: inPackage('ffmpeg-static'),
    afterPath: inPackage(`@ffmpeg-installer/${process.platform}-${process.arch}`),
  };
}
