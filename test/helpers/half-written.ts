import { mkdir, readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';

/** Leaves of a file what a killed process left of it. */
export async function leaveHalf(file: string): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(path.join(path.dirname(file), `.${path.basename(file)}.00ff00ff00ff.part`), '{');
}

/** Files of a folder that no process has finished. */
export async function halvesIn(folder: string): Promise<string[]> {
  return (await readdir(folder)).filter((name) => name.endsWith('.part'));
}
