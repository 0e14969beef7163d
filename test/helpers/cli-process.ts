import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Test } from 'tap';

const COMMAND = fileURLToPath(new URL('../../packages/tui/bin/instagan.js', import.meta.url));

const KILL_AFTER_FILE = new URL('./kill-after-file.js', import.meta.url).href;

export interface CliResult {
  /** Exit code, or null if a signal ended the process. */
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The `instagan` command as a running process. */
export interface CliProcess {
  readonly child: ChildProcess;
  /** Settles when the process has ended. */
  readonly ended: Promise<CliResult>;
  /** Waits until standard output matches. @throws Error with all output if the process ends before */
  printed(pattern: RegExp): Promise<void>;
}

/** @param env set on top of this process's environment */
export function startCli(args: readonly string[], cwd: string, env: Readonly<Record<string, string>> = {}): CliProcess {
  const child = spawn(process.execPath, [COMMAND, ...args], {
    cwd,
    env: { ...process.env, INSTAGAN_JOBS: jobsIn(cwd), ...env },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    stderr += chunk.toString();
  });
  const ended = new Promise<CliResult>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
  });
  const printed = (pattern: RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (pattern.test(stdout)) resolve();
      };
      child.stdout.on('data', look);
      look();
      ended.then(() => reject(new Error(`Ended before printing ${pattern}:\n${stdout}\n${stderr}`)), reject);
    });
  return { child, ended, printed };
}

/** Environment of a command that is killed (-9) as soon as a file of that name is whole, however fast it is. */
export function killedAfter(file: RegExp): Readonly<Record<string, string>> {
  return { NODE_OPTIONS: `--import=${KILL_AFTER_FILE}`, KILL_AFTER_FILE: file.source };
}

/** Runs the command to its end. */
export function runCli(args: readonly string[], cwd: string): Promise<CliResult> {
  return startCli(args, cwd).ended;
}

/** Where the commands of a test keep the logs of their jobs. */
export function jobsIn(cwd: string): string {
  return path.join(cwd, '.jobs');
}

/** A folder for a test file, removed when it ends. */
export async function temporaryFolder(t: Test): Promise<string> {
  const folder = await mkdtemp(path.join(tmpdir(), 'instagan-cli-'));
  t.teardown(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Options with a value each, such as `--size 32x32`, but for those that `more` gives in their place; then `more`. */
export function withOptions(usual: readonly string[], more: readonly string[]): string[] {
  const kept = usual.filter((_, i) => !more.includes(usual[i - (i % 2)] as string));
  return [...kept, ...more];
}
