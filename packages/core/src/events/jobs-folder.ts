import path from 'node:path';
import { cacheFolder } from '../runtime/files.ts';

/**
 * Where jobs keep their event logs, each in a folder of its own like a run: `INSTAGAN_JOBS`, else `jobs` in the cache folder.
 * Not beside their outputs or in a run, which may be somebody else's.
 */
export function jobsFolder(): string {
  return process.env.INSTAGAN_JOBS || path.join(cacheFolder(), 'jobs');
}
