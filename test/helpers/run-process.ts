import { spawn } from 'node:child_process';
import { tmpdir } from 'node:os';
import { jobsIn } from './cli-process.ts';

export interface ProcessOptions {
  readonly cwd?: string;
  /** Set on top of this process's environment; undefined takes a variable away. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** After which it is killed. @default 120000 */
  readonly timeoutMs?: number;
}

export interface ProcessResult {
  /** 127 if there is no such program; null if a signal ended it, as after the timeout. */
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, as from a user's shell. */
export function runProcess(
  command: string,
  args: readonly string[],
  { cwd, env = {}, timeoutMs = 120_000 }: ProcessOptions = {},
): Promise<ProcessResult> {
  return new Promise((resolve, reject) => {
    const child = spawn('env', [command, ...args], {
      ...(cwd === undefined ? {} : { cwd }),
      env: { ...process.env, INSTAGAN_JOBS: jobsIn(cwd ?? tmpdir()), ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (exitCode) => {
      clearTimeout(timer);
      resolve({ exitCode, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
  });
}
