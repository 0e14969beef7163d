import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { JsonObject } from '../data/json-value.ts';
import { syncFolder, writeNewFile } from '../runtime/files.ts';
import { writeFailure } from '../runtime/write-atomically.ts';
import {
  checkpointFolder,
  checkpointsFolder,
  leftoverFolder,
  listCheckpoints,
  listLeftovers,
  MAX_CHECKPOINT_STEP,
} from './checkpoint-folders.ts';
import { CHECKPOINT_FILE_NAME, formatManifest, MANIFEST_FILE } from './checkpoint-manifest.ts';
import { findDamage } from './checkpoint-reader.ts';
import type { NamedArrays } from './named-arrays.ts';
import { encodeSafetensors } from './safetensors.ts';

export interface CheckpointContent {
  /** Arrays by file name, such as `model.safetensors`; each becomes one file. */
  readonly files: Readonly<Record<string, NamedArrays>>;
  /** What else a resume needs. No times in it, if equal runs are to give equal bytes. */
  readonly manifest: JsonObject;
  /** 'F16' halves the files; for weights that are not trained further. @default 'F32' */
  readonly floatType?: 'F32' | 'F16';
}

/**
 * Writes `checkpoints/step-<8 digits>/` of a run: the files and `manifest.json` with the size and SHA-256 of each. It is
 * written beside, synced to the disk and renamed: a kill or power cut at any instant leaves the whole checkpoint or none.
 * A checkpoint of the same step is replaced. What cannot be written leaves nothing behind. One process at a time may write to
 * a run, whose folder is there.
 *
 * @param step 0 to 99,999,999
 * @returns the checkpoint's folder
 * @throws Error if the step or a file name is out of range, or the state is not JSON; UserError if a file cannot be written
 */
export async function writeCheckpoint(runFolder: string, step: number, content: CheckpointContent): Promise<string> {
  if (!Number.isInteger(step) || step < 0 || step > MAX_CHECKPOINT_STEP) {
    throw new Error(`A checkpoint's step must be 0 to ${MAX_CHECKPOINT_STEP}, not ${step}.`);
  }
  await cleanCheckpoints(runFolder);
  const parent = checkpointsFolder(runFolder);
  const folder = checkpointFolder(runFolder, step);
  const partial = leftoverFolder(runFolder, step, 'partial');
  // Not `makeFolder`: a run that was moved away must not come back as an empty folder.
  for (const made of [parent, partial]) await mkdir(made).catch(passOver('EEXIST'));
  try {
    await writeFiles(partial, step, content);
  } catch (error) {
    // On a full disk, what is there of it would keep the disk full.
    await rm(partial, { recursive: true, force: true }).catch(() => {});
    throw error;
  }

  const replaced = leftoverFolder(runFolder, step, 'replaced');
  const replaces = existsSync(folder);
  if (replaces) await rename(folder, replaced);
  await rename(partial, folder);
  await syncFolder(parent);
  if (replaces) await rm(replaced, { recursive: true, force: true });
  return folder;
}

async function writeFiles(folder: string, step: number, content: CheckpointContent): Promise<void> {
  const files: Record<string, { sha256: string; sizeBytes: number }> = {};
  const write = async (name: string, bytes: Uint8Array | string) => {
    const file = join(folder, name);
    await writeNewFile(file, bytes, true).catch((error) => {
      throw writeFailure(file, error);
    });
  };
  for (const [name, arrays] of Object.entries(content.files)) {
    if (!CHECKPOINT_FILE_NAME.test(name)) {
      throw new Error(`A file of a checkpoint is named like model.safetensors, not "${name}".`);
    }
    const bytes = encodeSafetensors(arrays, {}, content.floatType);
    files[name] = { sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.length };
    await write(name, bytes);
  }
  await write(MANIFEST_FILE, formatManifest({ step, files, state: content.manifest }));
  await syncFolder(folder);
}

function passOver(code: string): (error: NodeJS.ErrnoException) => void {
  return (error) => {
    if (error.code !== code) throw error;
  };
}

/** Checkpoints that stay however old they are. */
export interface LastingCheckpoints {
  /** The step of the one that scored best; null if none did. @default null */
  readonly best?: number | null;
  /** Those at multiples of so many steps; 0 for none. @default 0 */
  readonly every?: number;
}

/**
 * Deletes old checkpoints: the newest `keep` stay, and so do the newest one that is whole, and those that last. To know which is
 * whole, checkpoints are hashed from the newest on until one is.
 *
 * @param keep at least 1
 * @returns the folders that were deleted
 */
export async function pruneCheckpoints(
  runFolder: string,
  keep: number,
  { best = null, every = 0 }: LastingCheckpoints = {},
): Promise<string[]> {
  if (!Number.isInteger(keep) || keep < 1) throw new Error(`At least 1 checkpoint is kept, not ${keep}.`);
  const all = await listCheckpoints(runFolder);
  if (all.length <= keep) return [];
  let newestWhole = all.length;
  for (const [i, checkpoint] of all.entries()) {
    if ((await findDamage(checkpoint)) === null) {
      newestWhole = i;
      break;
    }
  }
  // Without a whole one nothing is deleted: what can still be saved by hand may be in any of them.
  if (newestWhole === all.length) return [];
  const lasts = (step: number) => step === best || (every > 0 && step % every === 0);
  const doomed = all.filter(({ step }, i) => i >= keep && i !== newestWhole && !lasts(step));
  for (const { folder, step } of doomed.reverse()) {
    // Renamed first: a kill half way through must not leave what looks like a damaged checkpoint.
    const deleted = leftoverFolder(runFolder, step, 'deleted');
    await rm(deleted, { recursive: true, force: true });
    await rename(folder, deleted);
    await rm(deleted, { recursive: true, force: true });
  }
  return doomed.map(({ folder }) => folder);
}

/**
 * Removes what a killed process left half-written or half-deleted, and puts back a checkpoint that was moved out of the
 * way of one that never arrived. For the process that trains the run, before it reads: nobody else may be writing.
 */
export async function cleanCheckpoints(runFolder: string): Promise<void> {
  for (const { folder, checkpoint, kind } of await listLeftovers(runFolder)) {
    if (kind === 'replaced' && !existsSync(checkpoint)) await rename(folder, checkpoint);
    else await rm(folder, { recursive: true, force: true });
  }
}
