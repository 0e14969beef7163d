import { readdir, readFile, readlink, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readNewestCheckpoint } from '@instagan/core';
import { createRng, type Rng } from '@instagan/core/data';
import type { CheckReport } from '../helpers/check-report.ts';
import { runCommand } from './command.ts';
import type { CrashJob } from './crash-job.ts';
import { requireEqual } from './equal-outcome.ts';

/** One job is killed at most so often before it may end. */
const KILLS_A_JOB = 4;
/** So many jobs one after the other that end before they are killed are too short to be killed. */
const MISSES_IN_A_ROW = 5;
/** How long a program that a killed command had started may take to end. */
const ORPHAN_MS = 5000;

/** How a job goes that nobody kills. */
interface Unbroken {
  readonly outcome: Record<string, string>;
  readonly workMs: number;
  readonly fileCalls: number;
}

/**
 * Kills a job again and again, half of the times at a random instant of its work, half at one of its calls that change a file, and
 * lets it go on. What is there at the end must be what an uninterrupted job leaves.
 *
 * @param folder where what the job needs lies
 */
export async function killAtRandom(
  job: CrashJob,
  folder: string,
  kills: number,
  seed: number,
  report: CheckReport,
): Promise<void> {
  const slug = job.name.replaceAll(' ', '-');
  const unbroken = await runUnbroken(job, folder, `${slug}-unbroken`);
  const rng = createRng(seed, 'kills', job.name);
  let done = 0;
  let missed = 0;
  for (let round = 1; done < kills; round++) {
    const output = `${slug}-killed-${round}`;
    const instants: string[] = [];
    await job.prepare?.(folder, output);
    await report.check(`${job.name} ${round}`, async () => {
      const killed = await runToTheEnd(
        job,
        folder,
        output,
        Math.min(KILLS_A_JOB, kills - done),
        unbroken,
        rng,
        instants,
      );
      done += killed;
      const outcome = await job.outcome(folder, output);
      requireEqual(outcome, unbroken.outcome, instants.join(', '));
    });
    // On a machine that has just become faster, one may end before its instant comes; not one after the other.
    missed = instants.length === 0 ? missed + 1 : 0;
    if (missed === MISSES_IN_A_ROW) throw new Error(`${job.name} ends before it can be killed.`);
    for (const name of (await readdir(folder)).filter((each) => each.includes(output))) {
      await rm(path.join(folder, name), { recursive: true, force: true });
    }
  }
  report.figure(`${job.name}: kills`, done);
}

async function runUnbroken(job: CrashJob, folder: string, output: string): Promise<Unbroken> {
  const countFile = path.join(folder, 'calls.txt');
  await job.prepare?.(folder, output);
  const end = await runCommand(job.command(output, false), { cwd: folder, countFile });
  if (end.code !== 0) throw new Error(`${job.name} fails without being killed:\n${end.output}`);
  const outcome = await job.outcome(folder, output);
  return { outcome, workMs: end.workedMs, fileCalls: Number(await readFile(countFile, 'utf8')) };
}

/** @returns how often it was killed */
async function runToTheEnd(
  job: CrashJob,
  folder: string,
  output: string,
  kills: number,
  { workMs, fileCalls }: Unbroken,
  rng: Rng,
  instants: string[],
): Promise<number> {
  for (let killed = 0; ; ) {
    const atCall = rng.uniform() < 0.5 || job.isSilent === true;
    // Commands that go on have less left to do.
    const share = rng.uniform() / (1 + killed);
    const fate =
      killed === kills
        ? {}
        : atCall
          ? { killAtCall: 1 + Math.floor(share * fileCalls) }
          : { killAfterMs: share * workMs };
    const end = await runCommand(job.command(output, job.isBegun(folder, output)), { cwd: folder, ...fate });
    if (end.code === 0) return killed;
    if (end.code !== null || killed === kills) {
      throw new Error(`after ${instants.join(', ') || 'no kill'} it ends with ${end.code}:\n${end.output}`);
    }
    killed++;
    instants.push('killAtCall' in fate ? `call ${fate.killAtCall}` : `${Math.round(fate.killAfterMs as number)} ms`);
    await requireNoOrphans(folder, output, instants);
    await requireWhole(folder, output, instants);
  }
}

/** No checkpoint of a run may be damaged, whenever it was killed. */
async function requireWhole(folder: string, output: string, instants: readonly string[]): Promise<void> {
  const { warnings } = await readNewestCheckpoint(path.join(folder, output));
  if (warnings.length > 0) throw new Error(`after ${instants.join(', ')}: ${warnings.join(' ')}`);
}

/** Programs that a killed command had started, such as ffmpeg, must end too. Looked for on Linux alone. */
async function requireNoOrphans(folder: string, output: string, instants: readonly string[]): Promise<void> {
  const deadlineMs = performance.now() + ORPHAN_MS;
  for (;;) {
    const alive = await commandsThatName(path.join(folder, output));
    if (alive.length === 0) return;
    if (performance.now() > deadlineMs)
      throw new Error(`after ${instants.join(', ')} still running: ${alive.join('; ')}`);
    await delay(100);
  }
}

async function commandsThatName(text: string): Promise<string[]> {
  if (process.platform !== 'linux') return [];
  const found: string[] = [];
  const name = path.basename(text);
  const folder = path.dirname(text);
  for (const pid of (await readdir('/proc')).filter((each) => /^\d+$/.test(each))) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (!command.includes(name)) continue;
    const cwd = await readlink(`/proc/${pid}/cwd`).catch(() => '');
    if (cwd === folder || command.includes(text)) found.push(command.replaceAll('\0', ' '));
  }
  return found;
}
