import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { UserError } from '@instagan/core';

/** A stream that was read to its end. */
export interface StoredStream {
  readonly file: string;
  readonly sizeBytes: number;
  remove(): Promise<void>;
}

/**
 * Writes a stream to a file in a new temporary folder.
 *
 * @throws UserError if the signal comes before its end, or it cannot be written, such as on a full disk
 */
export async function storeStream(stream: Readable, signal?: AbortSignal): Promise<StoredStream> {
  const folder = await mkdtemp(join(tmpdir(), 'instagan-input-'));
  const file = join(folder, 'input');
  const remove = () => rm(folder, { recursive: true, force: true });
  try {
    await pipeline(stream, createWriteStream(file), signal === undefined ? {} : { signal });
    return { file, sizeBytes: (await stat(file)).size, remove };
  } catch (error) {
    await remove();
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === 'ABORT_ERR') throw new UserError('Stopped before the video was read: nothing is translated.');
    if (code === 'ENOSPC') {
      throw new UserError(`${tmpdir()} has no room for the video: free some space, or name another folder in TMPDIR.`);
    }
    throw new UserError(`The video cannot be stored in ${tmpdir()}: ${message}; name another folder in TMPDIR.`);
  }
}
