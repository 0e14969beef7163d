import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../data/json-value.ts';
import { sealed, unsealed } from '../data/sealed-json.ts';
import { UsageError, UserError } from '../errors.ts';
import { makeFolder, NOT_WAITING, readText } from '../runtime/files.ts';
import { writeAtomically } from '../runtime/write-atomically.ts';

const PLAN = 'plan.json';
const COMPLETION = 'complete.json';

/** The object in a file of {@link writeRecord}; null if there is none, or it is damaged. */
export async function readRecord(file: string): Promise<JsonObject | null> {
  try {
    return unsealed(JSON.parse(await readText(file, NOT_WAITING)));
  } catch {
    return null;
  }
}

/**
 * Writes a JSON file with a checksum, whole or not at all, also when the power fails.
 *
 * @throws UserError if it cannot be written, such as on a full disk
 */
export async function writeRecord(file: string, value: object): Promise<void> {
  const content = JSON.parse(JSON.stringify(value)) as JsonObject;
  await writeAtomically(file, `${JSON.stringify(sealed(content))}\n`, { durable: true });
}

/**
 * Goes on with the work that a folder holds, or begins it there: makes the folder, and keeps in it what the work is.
 *
 * @param plan all that decides what comes out
 * @param clear takes out of the folder what belongs to no plan
 * @throws UsageError if the work in it was begun with another plan, UserError if its plan is damaged
 */
export async function beginPlan(
  folder: string,
  plan: Readonly<Record<string, unknown>>,
  clear: (folder: string) => Promise<void>,
): Promise<void> {
  const file = join(folder, PLAN);
  const earlier = await readRecord(file);
  if (earlier === null && existsSync(file)) {
    throw new UserError(`${file} is damaged: remove ${folder} to start over.`);
  }
  if (earlier === null) {
    await clear(folder);
    await makeFolder(folder);
    await writeRecord(file, plan);
    return;
  }
  const differing = differingKeys(earlier, plan);
  if (differing.length === 0) return;
  throw new UsageError(
    `${folder} was begun with another ${differing.join(', ')}: give the same settings again, or remove that folder to start over.`,
  );
}

/** The plan that the work of a folder was begun with; empty if there is none. */
export async function readPlan(folder: string): Promise<Record<string, unknown>> {
  return (await readRecord(join(folder, PLAN))) ?? {};
}

/** In what two plans differ, of what both tell: earlier versions told less. */
export function differingKeys(
  a: Readonly<Record<string, unknown>>,
  b: Readonly<Record<string, unknown>>,
): readonly string[] {
  return Object.keys(a).filter((key) => key in b && JSON.stringify(a[key]) !== JSON.stringify(b[key]));
}

/** Records that all the work of a folder is done. @param facts what is to be told of it */
export async function recordCompletion(folder: string, facts: Readonly<Record<string, unknown>> = {}): Promise<void> {
  await writeRecord(join(folder, COMPLETION), facts);
}

/** The facts of {@link recordCompletion}; null if something is left to do. */
export async function readCompletion(folder: string): Promise<JsonObject | null> {
  return readRecord(join(folder, COMPLETION));
}
