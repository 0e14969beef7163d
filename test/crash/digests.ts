import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';

/** Of every file below a folder. */
export async function digests(folder: string, without: readonly string[] = []): Promise<Record<string, string>> {
  const result: Record<string, string> = {};
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries) {
    const file = path.join(entry.parentPath, entry.name);
    const name = path.relative(folder, file);
    if (entry.isDirectory() || without.includes(name)) continue;
    result[name] = digest(await readFile(file));
  }
  return Object.fromEntries(Object.entries(result).sort());
}

export function digest(content: Uint8Array | string): string {
  return createHash('sha256').update(content).digest('hex');
}
