import type { ChildProcess } from 'node:child_process';
import { constants } from 'node:os';
import { EXIT_CODE } from '../exit-code.ts';

/** The exit code of a process once it has ended: 128 plus the number of the signal if one ended it. */
export function exitCodeOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, signal) =>
      resolve(code ?? EXIT_CODE.signal + (signal === null ? 0 : constants.signals[signal])),
    );
  });
}
