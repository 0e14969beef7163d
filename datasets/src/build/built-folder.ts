import { readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { type DomainName, makeFolder, UsageError, UserError, writeAtomically } from '@instagan/core/data';
import * as z from 'zod';

/** The file that tells a built set from other folders, and says what each domain was built from. */
const MARKER = 'dataset.json';
const BUILT_BY = 'instagan dataset';
/** Where a domain is built; what is left of one that was killed is removed. */
const STAGING = '.building';
/** Files that file managers put into every folder. */
const CLUTTER: ReadonlySet<string> = new Set(['.DS_Store', 'Thumbs.db', 'desktop.ini']);

/** What a set records of a domain. */
export type DomainRecord = Readonly<Record<string, unknown>>;

const domainSchema = z.record(z.string(), z.unknown());
const markerSchema = z.object({
  builtBy: z.literal(BUILT_BY),
  domains: z.object({ A: z.exactOptional(domainSchema), B: z.exactOptional(domainSchema) }),
});

/** A folder in which domains are built, each whole or not at all. */
export interface BuiltFolder {
  /** A folder for the files of this build. */
  readonly staging: string;
  /** Moves the folders of the staging area into their places, and records where they come from. */
  finish(folders: readonly string[], records: Readonly<Partial<Record<DomainName, DomainRecord>>>): Promise<void>;
  /** Removes what was built. */
  abandon(): Promise<void>;
}

/**
 * Opens a folder to build domains in: new, empty, or one that holds the other domain, built earlier.
 *
 * @throws UsageError if it holds anything else, or one of the domains already; UserError if it cannot be written
 */
export async function openBuiltFolder(output: string, domains: readonly DomainName[]): Promise<BuiltFolder> {
  const earlier = await readEarlier(output);
  for (const domain of domains) {
    if (earlier[domain] === undefined) continue;
    throw new UsageError(`${output} has a domain ${domain} already: give --output another folder, or remove this one.`);
  }
  const staging = path.join(output, STAGING);
  await rm(staging, { recursive: true, force: true });
  await makeFolder(staging);
  return {
    staging,
    async finish(folders, records) {
      try {
        for (const folder of folders) await rename(path.join(staging, folder), path.join(output, folder));
      } catch (error) {
        throw new UserError(`Cannot write to ${output}: ${(error as Error).message}; check the folder and its rights.`);
      }
      const content = { builtBy: BUILT_BY, domains: { ...earlier, ...records } };
      await writeAtomically(path.join(output, MARKER), `${JSON.stringify(content, null, 2)}\n`);
      await rm(staging, { recursive: true, force: true });
    },
    abandon: () => rm(staging, { recursive: true, force: true }),
  };
}

async function readEarlier(output: string): Promise<Partial<Record<DomainName, DomainRecord>>> {
  const status = await stat(output).catch(() => null);
  if (status === null) return {};
  if (!status.isDirectory()) throw new UsageError(`${output} is a file: give --output a new or empty folder.`);
  const names = (await readdir(output)).filter((name) => !CLUTTER.has(name) && name !== STAGING);
  if (names.length === 0) return {};
  const domains = await readMarker(path.join(output, MARKER));
  if (domains !== null) return domains;
  throw new UsageError(`${output} is not empty (it holds ${names[0]}): give --output a new or empty folder.`);
}

async function readMarker(file: string): Promise<Partial<Record<DomainName, DomainRecord>> | null> {
  try {
    return markerSchema.parse(JSON.parse(await readFile(file, 'utf8'))).domains;
  } catch {
    return null;
  }
}
