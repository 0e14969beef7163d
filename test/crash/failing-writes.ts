import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import type { CheckReport } from '../helpers/check-report.ts';
import { requireEqual } from './equal-outcome.ts';
import { type Fate, type FileCall, judgeFileCalls } from './file-calls.ts';
import { JOBS_IN_PROCESS, type JobInProcess } from './job-in-process.ts';

/** Calls that need room on the disk. */
const needsRoom = ({ name, content }: FileCall) => content !== undefined || name === 'mkdir' || name === 'open';

/** How the errors are told that writes fail with. */
const TOLD: Readonly<Record<Exclude<Fate, 'made'>, RegExp>> = {
  ENOSPC: /disk is full|ENOSPC/,
  EROFS: /read-only|EROFS/,
  EACCES: /permission|EACCES/,
};

/**
 * Lets the disk be full from each write of a job on, one after the other, half of that write's bytes done. The job must end with an
 * error that says so and leave nothing half-written; with room again it must go on and leave what an unbroken job leaves. Then the
 * same with folders that are read-only from the beginning.
 */
export async function failWrites(folder: string, report: CheckReport): Promise<void> {
  for (const job of JOBS_IN_PROCESS) {
    const whole = path.join(folder, `${job.name}-whole`);
    const { calls } = await runWith(job, whole, () => false);
    const expected = await job.outcome(whole);
    await report.check(`${job.name}: the disk is full at each of ${calls} writes`, async () => {
      for (let at = 1; at <= calls; at++) {
        const place = path.join(folder, `${job.name}-${at}`);
        const { error } = await runWith(job, place, (call) => call >= at);
        requireTold(error, 'ENOSPC', `write ${at}`);
        await requireNothingHalf(place, `write ${at}`);
        await job.run(place, job.isBegun(place));
        requireEqual(await job.outcome(place), expected, `a full disk at write ${at}`);
        await rm(place, { recursive: true });
      }
    });
    report.figure(`${job.name}: writes at which the disk was full`, calls);
    for (const fate of ['EROFS', 'EACCES'] as const) {
      await report.check(`${job.name}: a folder without the right to write (${fate})`, async () => {
        const place = path.join(folder, `${job.name}-${fate}`);
        requireTold((await runWith(job, place, () => true, fate)).error, fate, 'the start');
        requireTold((await runWith(job, place, (call) => call > calls / 2, fate)).error, fate, 'the middle');
        requireTold((await runWith(job, place, () => true, fate)).error, fate, 'a resume');
        await job.run(place, job.isBegun(place));
        requireEqual(await job.outcome(place), expected, fate);
      });
    }
  }
}

/** Runs a job some of whose writes fail. @returns how many writes it tried, and the error with which it ended */
async function runWith(
  job: JobInProcess,
  place: string,
  fails: (write: number) => boolean,
  fate: Exclude<Fate, 'made'> = 'ENOSPC',
): Promise<{ calls: number; error: unknown }> {
  await mkdir(place, { recursive: true });
  let calls = 0;
  let error: unknown;
  const restore = await judgeFileCalls(place, (call) => {
    if (path.basename(path.dirname(call.file)) === 'in') return 'made';
    if (fate === 'ENOSPC' && !needsRoom(call)) return 'made';
    return fails(++calls) ? fate : 'made';
  });
  try {
    await job.run(place, job.isBegun(place));
  } catch (thrown) {
    error = thrown;
  } finally {
    restore();
  }
  return { calls, error };
}

function requireTold(error: unknown, fate: Exclude<Fate, 'made'>, when: string): void {
  if (error === undefined) throw new Error(`${fate} at ${when} is passed over in silence`);
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== fate && !TOLD[fate].test(message))
    throw new Error(`${fate} at ${when} is told as "${message}"`, { cause: error });
}

/** What is half-written keeps a full disk full. */
async function requireNothingHalf(place: string, when: string): Promise<void> {
  const names = (await readdir(place, { recursive: true })).filter((name) => /\.(part|partial)$/.test(name));
  if (names.length > 0) throw new Error(`a full disk at ${when} leaves ${names.join(', ')}`);
}
