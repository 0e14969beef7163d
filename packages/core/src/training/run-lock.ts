import { open, readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { UserError } from '../errors.ts';

const LOCK_FILE = 'run.lock';
/** An empty lock is one that another process is about to write; older than this, its process is gone. */
const WRITING_MS = 200;

/**
 * Takes a run for this process, so that two trainings never write to one folder. The lock of a process that is gone is
 * taken over.
 *
 * @returns gives the run back
 * @throws UserError if another process trains the run
 */
export async function lockRun(runFolder: string): Promise<() => Promise<void>> {
  const file = path.join(runFolder, LOCK_FILE);
  const own = `${process.pid} ${hostname()}\n`;
  for (let attempt = 0; attempt < 3; attempt++) {
    try {
      const handle = await open(file, 'wx');
      await handle.writeFile(own);
      await handle.close();
      return () => rm(file, { force: true });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const [pid = '', host = ''] = (await readFile(file, 'utf8').catch(() => '')).trim().split(' ');
    if (host === '' && attempt === 0) {
      await wait(WRITING_MS);
      continue;
    }
    if (host !== '' && (host !== hostname() || (Number(pid) !== process.pid && isAlive(Number(pid))))) {
      throw new UserError(
        `${runFolder} is being trained by process ${pid} on ${host}: stop it first, or delete ${file} if it is gone.`,
      );
    }
    await rm(file, { force: true });
  }
  throw new UserError(`${file} keeps coming back: another process is starting the same run.`);
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
