import { readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Largest step that the folder name `step-<8 digits>` holds. */
export const MAX_CHECKPOINT_STEP = 99_999_999;

const FOLDER_NAME = /^step-(\d{8})$/;

/**
 * Folders beside the checkpoints that only a killed process leaves behind: a checkpoint being written, an older one of
 * the same step moved out of its way, or one being deleted.
 */
const LEFTOVER_NAME = /^\.(step-\d{8})\.(partial|replaced|deleted)$/;
export type LeftoverKind = 'partial' | 'replaced' | 'deleted';

export interface CheckpointFolder {
  readonly step: number;
  readonly folder: string;
}

export function checkpointsFolder(runFolder: string): string {
  return join(runFolder, 'checkpoints');
}

/** `checkpoints/step-00001200` of a run. */
export function checkpointFolder(runFolder: string, step: number): string {
  return join(checkpointsFolder(runFolder), folderName(step));
}

export function leftoverFolder(runFolder: string, step: number, kind: LeftoverKind): string {
  return join(checkpointsFolder(runFolder), `.${folderName(step)}.${kind}`);
}

/** The checkpoints of a run, newest first, by their names alone: damaged ones are among them. */
export async function listCheckpoints(runFolder: string): Promise<CheckpointFolder[]> {
  const names = await namesIn(runFolder);
  return names
    .flatMap((name) => {
      const step = FOLDER_NAME.exec(name)?.[1];
      return step === undefined ? [] : [{ step: Number(step), folder: join(checkpointsFolder(runFolder), name) }];
    })
    .sort((a, b) => b.step - a.step);
}

export async function listLeftovers(
  runFolder: string,
): Promise<{ folder: string; checkpoint: string; kind: LeftoverKind }[]> {
  const parent = checkpointsFolder(runFolder);
  return (await namesIn(runFolder)).flatMap((name) => {
    const [, checkpoint, kind] = LEFTOVER_NAME.exec(name) ?? [];
    if (checkpoint === undefined) return [];
    return [{ folder: join(parent, name), checkpoint: join(parent, checkpoint), kind: kind as LeftoverKind }];
  });
}

function folderName(step: number): string {
  return `step-${String(step).padStart(8, '0')}`;
}

async function namesIn(runFolder: string): Promise<string[]> {
  try {
    return (await readdir(checkpointsFolder(runFolder))).sort();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
