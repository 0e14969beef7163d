import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { EXIT_CODE } from '../exit-code.ts';
import { listenForInterruption } from './interruption.ts';

/** The exit code of a process once it has ended: 128 plus the number of the signal if one ended it. */
export function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      resolve(code ?? EXIT_CODE.signal + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}

/**
 * As {@link exitCodeOf}, of a process that must not outlive this one: a signal that asks this one to end is handed on, and ends it
 * cleanly. Ctrl-C, which a terminal sends to both, then comes twice within a moment and counts once.
 *
 * @returns 128 plus the number of the signal if one came
 */
export async function supervise(child: ChildProcess): Promise<number> {
  const interruption = listenForInterruption((name) => child.kill(name));
  try {
    const exitCode = await exitCodeOf(child);
    return interruption.exitCode() ?? exitCode;
  } finally {
    interruption.release();
  }
}
