import { lastOutput } from './output-file.ts';

const TAIL_BYTES = 4096;
const ERROR = 'instagan: ';

/** Why a training in the background ended, if the last line it printed is an error; else null. */
export function lastWords(runFolder: string): string | null {
  const last = lastOutput(runFolder, TAIL_BYTES)?.findLast((line) => line !== '') ?? '';
  return last.startsWith(ERROR) ? last.slice(ERROR.length) : null;
}
