import { writeFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';
import { judgeFileCalls } from './file-calls.ts';

/**
 * Loaded into the `instagan` command before all else: counts its calls that change a folder, and ends it at one of them as
 * `kill -9` does.
 *
 * - `CRASH_FOLDER` the folder
 * - `CRASH_AT` the call, from 1 on; half of its bytes are written
 * - `CRASH_COUNT` file into which the number of calls goes when the command ends by itself
 */
const { CRASH_FOLDER, CRASH_AT, CRASH_COUNT } = process.env;

if (isMainThread && CRASH_FOLDER !== undefined) {
  let calls = 0;
  await judgeFileCalls(CRASH_FOLDER, async (_, writeHalf) => {
    if (++calls !== Number(CRASH_AT)) return 'made';
    await writeHalf();
    process.kill(process.pid, 'SIGKILL');
    return new Promise(() => {});
  });
  if (CRASH_COUNT !== undefined) process.on('exit', () => writeFileSync(CRASH_COUNT, String(calls)));
}
