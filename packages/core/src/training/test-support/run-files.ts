import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Test } from 'tap';
import { listCheckpoints } from '../../checkpoint/checkpoint-folders.ts';
import type { RunEvent } from '../../events/run-event.ts';

/** Where the run of a test goes; it is gone after the test. */
export function runFolderOf(t: Test): string {
  return path.join(t.testdir(), 'run');
}

export function typesOf(events: readonly RunEvent[]): string[] {
  return events.map(({ type }) => type);
}

/** Steps of the checkpoints of a run, newest first. */
export async function checkpointSteps(runFolder: string): Promise<number[]> {
  return (await listCheckpoints(runFolder)).map(({ step }) => step);
}

/** A hash of each file of the newest checkpoint. */
export async function checkpointHashes(runFolder: string): Promise<Record<string, string>> {
  const [newest] = await listCheckpoints(runFolder);
  const hashes: Record<string, string> = {};
  for (const file of ['model.safetensors', 'optimizer.safetensors', 'pools.safetensors', 'manifest.json']) {
    hashes[file] = createHash('sha256')
      .update(await readFile(path.join(newest!.folder, file)))
      .digest('hex');
  }
  return hashes;
}
