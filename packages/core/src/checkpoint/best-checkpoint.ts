import path from 'node:path';
import * as z from 'zod';
import { sealed, unsealed } from '../data/sealed-json.ts';
import { NOT_WAITING, readText } from '../runtime/files.ts';
import { writeAtomically } from '../runtime/write-atomically.ts';
import { checkpointsFolder } from './checkpoint-folders.ts';

/** Beside the checkpoints: which of them scored best. */
const BEST_FILE = 'best.json';

const schema = z.object({ step: z.int().nonnegative(), score: z.number() });

/** The checkpoint of a run that scored best on images that were held out. */
export type BestCheckpoint = Readonly<z.infer<typeof schema>>;

/** @returns null if no checkpoint of the run was scored, or the file is damaged */
export async function readBest(runFolder: string): Promise<BestCheckpoint | null> {
  try {
    return schema.parse(unsealed(JSON.parse(await readText(bestFile(runFolder), NOT_WAITING))));
  } catch {
    return null;
  }
}

/** Names the best checkpoint, just before it is written. */
export async function writeBest(runFolder: string, best: BestCheckpoint): Promise<void> {
  await writeAtomically(bestFile(runFolder), `${JSON.stringify(sealed(best))}\n`, { durable: true, makesFolder: true });
}

function bestFile(runFolder: string): string {
  return path.join(checkpointsFolder(runFolder), BEST_FILE);
}
