import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { CheckReport } from '../helpers/check-report.ts';
import { type CommandEnd, runCommand } from './command.ts';
import { CRASH_JOBS, type CrashJob } from './crash-job.ts';
import { requireEqual } from './equal-outcome.ts';

const CLOCK_SET_BACK = new URL('./clock-set-back.ts', import.meta.url).href;
/** Sizes of a disk on which a job ends sooner or later, and one that holds all of it. */
const SMALL_DISKS_KB = [64, 160, 320];
const LARGE_DISK_KB = 65_536;
const TRAINERS = 3;

/**
 * What happens to a training besides kills: it is moved, several want it at once, its lock names a stranger, the clock goes back, its
 * disk is small or read-only. Each time it must say what is wrong, go on afterwards, and leave what an unbroken one leaves.
 *
 * @param folder where what the jobs need lies
 */
export async function meetMishaps(folder: string, report: CheckReport): Promise<void> {
  const job = CRASH_JOBS[0] as CrashJob;
  const train = (output: string, resumes: boolean, preload: readonly string[] = []) =>
    runCommand(job.command(output, resumes), { cwd: folder, preload });
  requireDone(await train('mishap-none', false));
  const expected = await job.outcome(folder, 'mishap-none');
  const requireSame = async (output: string, after: string) =>
    requireEqual(await job.outcome(folder, output), expected, after);
  const killed = (output: string) => runCommand(job.command(output, false), { cwd: folder, killAtCall: 30 });

  await report.check('a run that is moved while it trains ends, says so, and goes on elsewhere', async () => {
    const run = path.join(folder, 'moved');
    let hasEnded = false;
    const training = train('moved', false).finally(() => {
      hasEnded = true;
    });
    while (!hasEnded && !existsSync(path.join(run, 'checkpoints', 'step-00000002'))) await delay(20);
    await rename(run, `${run}-away`);
    const { code, output } = await training;
    if (code !== 1 || !/was moved or deleted while it was trained/.test(output)) throw new Error(`${code}: ${output}`);
    if (existsSync(run)) throw new Error('half of a run came up in its place');
    requireDone(await train('moved-away', true));
    await requireSame('moved-away', 'a move');
  });

  await report.check(`of ${TRAINERS} trainers of a run that was killed, one trains it`, async () => {
    await killed('wanted');
    const ends = await Promise.all(Array.from({ length: TRAINERS }, () => train('wanted', true)));
    if (!ends.some(({ code }) => code === 0)) throw new Error(ends.map(({ output }) => output).join('\n'));
    for (const { code, output } of ends) {
      if (code !== 0 && !/is being trained by process|keeps changing/.test(output)) throw new Error(output);
    }
    await requireSame('wanted', 'a race');
  });

  await report.check('a lock whose process number belongs to another program by now is taken over', async () => {
    await killed('stranger');
    await writeFile(
      path.join(folder, 'stranger', 'run.lock'),
      `${process.pid} ${hostname()} ${'ab'.repeat(8)} no-boot/1/1\n`,
    );
    requireDone(await train('stranger', true));
    await requireSame('stranger', 'a lock of a stranger');
  });

  await report.check('a run goes on when the clock is set back a day', async () => {
    await killed('yesterday');
    requireDone(await train('yesterday', true, [CLOCK_SET_BACK]));
    await requireSame('yesterday', 'the clock went back');
    const times =
      (await readFile(path.join(folder, 'yesterday', 'events.jsonl'), 'utf8')).match(/"time":"[^"]+"/g) ?? [];
    if (!times.some((time, i) => i > 0 && time < (times[i - 1] as string)))
      throw new Error('the clock did not go back');
  });

  if (!mounts('true')) {
    report.skip('a small disk and a read-only one', 'only root may mount them, on Linux');
    return;
  }
  for (const kb of SMALL_DISKS_KB) {
    await report.check(`a disk of ${kb} KB is full: the training ends, says so, and goes on with more room`, () =>
      onDisk(folder, `disk-${kb}`, kb, async (disk) => {
        const { code, output } = await train(`${disk}/run`, false);
        if (code !== 1 || !/disk is full/.test(output)) throw new Error(`${code}: ${output}`);
        mounts('mount', '-o', `remount,size=${LARGE_DISK_KB}k`, path.join(folder, disk));
        requireDone(await train(`${disk}/run`, job.isBegun(folder, `${disk}/run`)));
        await requireSame(`${disk}/run`, `a disk of ${kb} KB`);
      }),
    );
  }
  await report.check('a read-only disk: the training says so, and goes on once it may write', () =>
    onDisk(folder, 'disk-read-only', LARGE_DISK_KB, async (disk) => {
      const place = path.join(folder, disk);
      await killed(`${disk}/run`);
      mounts('mount', '-o', 'remount,ro', place);
      for (const [run, resumes] of [
        ['run', true],
        ['new', false],
      ] as const) {
        const { code, output } = await train(`${disk}/${run}`, resumes);
        if (code !== 1 || !/read-only/.test(output)) throw new Error(`${code}: ${output}`);
      }
      mounts('mount', '-o', 'remount,rw', place);
      requireDone(await train(`${disk}/run`, true));
      await requireSame(`${disk}/run`, 'a read-only disk');
    }),
  );
}

function requireDone({ code, output }: CommandEnd): void {
  if (code !== 0) throw new Error(`${code}: ${output}`);
}

async function onDisk(folder: string, name: string, kb: number, use: (name: string) => Promise<void>): Promise<void> {
  const place = path.join(folder, name);
  await mkdir(place);
  if (!mounts('mount', '-t', 'tmpfs', '-o', `size=${kb}k`, 'tmpfs', place))
    throw new Error(`${place} cannot be mounted`);
  try {
    await use(name);
  } finally {
    mounts('umount', place);
    await rm(place, { recursive: true });
  }
}

/** @returns whether a command that only root may run succeeds */
function mounts(command: string, ...args: string[]): boolean {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return false;
  try {
    execFileSync(command, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
