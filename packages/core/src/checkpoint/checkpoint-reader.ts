import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { JsonObject } from '../data/json-value.ts';
import { UserError } from '../errors.ts';
import { NOT_WAITING } from '../runtime/files.ts';
import { type CheckpointFolder, listCheckpoints } from './checkpoint-folders.ts';
import { type CheckpointManifest, MANIFEST_FILE, parseManifest } from './checkpoint-manifest.ts';
import type { NamedArrays } from './named-arrays.ts';
import { decodeSafetensors } from './safetensors.ts';

export interface Checkpoint {
  readonly step: number;
  readonly folder: string;
  /** By file name, such as `model.safetensors`. */
  readonly files: Readonly<Record<string, NamedArrays>>;
  /** As it was given to `writeCheckpoint`. */
  readonly state: JsonObject;
  /** Version of @instagan/core that wrote it. */
  readonly packageVersion: string;
}

export interface NewestCheckpoint {
  /** `null` if the run has no checkpoint at all. */
  readonly checkpoint: Checkpoint | null;
  /** One sentence for each damaged checkpoint that was passed over, newest first. */
  readonly warnings: readonly string[];
}

/**
 * The newest checkpoint of a run that is whole: every file there, with the size and SHA-256 of the manifest. Damaged
 * ones are passed over with a warning. Nothing is changed on the disk, so a run may be going on.
 *
 * @throws UserError if every checkpoint is damaged, or the newest whole one has a later format
 */
export async function readNewestCheckpoint(runFolder: string): Promise<NewestCheckpoint> {
  const warnings: string[] = [];
  const candidates = await listCheckpoints(runFolder);
  for (const candidate of candidates) {
    const result = await readIfWhole(runFolder, candidate);
    if (typeof result !== 'string') return { checkpoint: result, warnings };
    warnings.push(`${relative(runFolder, candidate.folder)} is damaged (${result}); using an older checkpoint.`);
  }
  if (candidates.length > 0) {
    throw new UserError(
      `${runFolder} has ${candidates.length} checkpoint${candidates.length === 1 ? '' : 's'}, and none is whole: restore ${candidates[0]?.folder} from a copy, or delete ${join(runFolder, 'checkpoints')} to start over.`,
    );
  }
  return { checkpoint: null, warnings };
}

/**
 * Reads the checkpoint of one step.
 *
 * @throws UserError if there is none, it is damaged, or it has a later format
 */
export async function readCheckpoint(runFolder: string, step: number): Promise<Checkpoint> {
  const candidates = await listCheckpoints(runFolder);
  const candidate = candidates.find((checkpoint) => checkpoint.step === step);
  if (candidate === undefined) {
    const steps = candidates.map((checkpoint) => checkpoint.step).join(', ') || 'none';
    throw new UserError(`${runFolder} has no checkpoint of step ${step}: choose one of those it has (${steps}).`);
  }
  const result = await readIfWhole(runFolder, candidate);
  if (typeof result === 'string') {
    throw new UserError(`${candidate.folder} is damaged (${result}): choose another checkpoint.`);
  }
  return result;
}

/** Why a checkpoint is damaged, or `null` if it is whole; hashes every file. */
export async function findDamage({ folder, step }: CheckpointFolder): Promise<string | null> {
  const manifest = await readManifest(folder, step);
  if (typeof manifest === 'string') return manifest;
  for (const name of Object.keys(manifest.files)) {
    const bytes = await readVerified(folder, name, manifest);
    if (typeof bytes === 'string') return bytes;
  }
  return null;
}

async function readIfWhole(runFolder: string, { folder, step }: CheckpointFolder): Promise<Checkpoint | string> {
  const manifest = await readManifest(folder, step);
  if (typeof manifest === 'string') return manifest;
  const files: Record<string, NamedArrays> = {};
  for (const name of Object.keys(manifest.files)) {
    const bytes = await readVerified(folder, name, manifest);
    if (typeof bytes === 'string') return bytes;
    files[name] = decodeSafetensors(bytes, relative(runFolder, join(folder, name))).arrays;
  }
  return { step, folder, files, state: manifest.state, packageVersion: manifest.packageVersion };
}

async function readManifest(folder: string, step: number): Promise<CheckpointManifest | string> {
  const path = join(folder, MANIFEST_FILE);
  const bytes = await readOrNull(path);
  if (bytes === null) return `${MANIFEST_FILE} is missing`;
  const manifest = parseManifest(new TextDecoder().decode(bytes), path);
  if (manifest === null) return `${MANIFEST_FILE} is not valid`;
  return manifest.step === step ? manifest : `${MANIFEST_FILE} is of step ${manifest.step}`;
}

async function readVerified(folder: string, name: string, { files }: CheckpointManifest): Promise<Uint8Array | string> {
  const bytes = await readOrNull(join(folder, name));
  if (bytes === null) return `${name} is missing`;
  if (bytes.length !== files[name]?.sizeBytes) return `${name} has the wrong size`;
  return createHash('sha256').update(bytes).digest('hex') === files[name].sha256 ? bytes : `${name} has changed`;
}

async function readOrNull(path: string): Promise<Uint8Array | null> {
  try {
    return await readFile(path, { flag: NOT_WAITING });
  } catch (error) {
    if (['ENOENT', 'EISDIR', 'ENOTDIR', 'EIO'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
