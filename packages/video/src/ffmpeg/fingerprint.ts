import { createHash, type Hash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';

/** A file is read in this many places, evenly from its beginning to its end. */
const PLACES = 16;
const PLACE_BYTES = 64 * 1024;

/**
 * Tells a file from others by its length and samples of what it holds: the same for copies of it, whatever their name, place
 * and date, on any machine.
 */
export async function fingerprintOf(file: string): Promise<string> {
  const hash = createHash('sha256');
  await sample(file, hash);
  return hash.digest('hex');
}

/** So for the pictures of a sequence: the length of each, and what the first and the last hold. */
export async function fingerprintOfPictures(files: readonly string[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) hash.update(`${(await stat(file)).size}\n`);
  for (const file of [files[0], files.at(-1)]) if (file !== undefined) await sample(file, hash);
  return hash.digest('hex');
}

async function sample(file: string, hash: Hash): Promise<void> {
  const handle = await open(file);
  try {
    const { size } = await handle.stat();
    hash.update(`${size}\n`);
    const places = size <= PLACES * PLACE_BYTES ? Math.ceil(size / PLACE_BYTES) : PLACES;
    const bytes = Buffer.alloc(PLACE_BYTES);
    for (let place = 0; place < places; place++) {
      const position =
        places < PLACES ? place * PLACE_BYTES : Math.floor((place / (PLACES - 1)) * (size - PLACE_BYTES));
      const { bytesRead } = await handle.read(bytes, 0, PLACE_BYTES, position);
      hash.update(bytes.subarray(0, bytesRead));
    }
  } finally {
    await handle.close();
  }
}
