import { mkdir } from 'node:fs/promises';
import path from 'node:path';

/**
 * Makes a folder and those above it. By an absolute path: Node never ends the call on a relative one if the working folder
 * was deleted meanwhile.
 */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(path.resolve(folder), { recursive: true });
}
