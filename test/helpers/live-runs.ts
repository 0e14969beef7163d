import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Test } from 'tap';
import { withOptions } from './cli-process.ts';
import { TerminalEmulator } from './terminal-emulator.ts';

/** Networks so small that a step takes a fraction of a second. */
export const TINY_NETWORK =
  '--backend wasm --threads 1 --size 32x32 --ngf 4 --ndf 4 --blocks 1 --max-instances 2'.split(' ');

const WAIT_MS = 60_000;

export interface LoggedEvent {
  readonly type: string;
  readonly step: number;
  readonly command?: string;
  readonly reason?: string;
  readonly checkpoint?: string;
}

/** Trainings that the command starts on the set `meadow` of a folder, seen from outside. */
export class LiveRuns {
  readonly #cwd: string;

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  /** Starts a training that lasts until it is stopped; it does not outlive the test. */
  train(t: Test, run: string, ...more: string[]): TerminalEmulator {
    t.teardown(() => this.#kill(run));
    const options = '--steps 100000 --schedule 90000+1 --sample-every 20 --checkpoint-every 50'.split(' ');
    const all = withOptions([...TINY_NETWORK, ...options], more);
    return this.open(t, 'train', '--data', 'meadow', '--run', run, ...all);
  }

  open(t: Test, ...args: string[]): TerminalEmulator {
    const terminal = new TerminalEmulator(args, { cwd: this.#cwd });
    t.teardown(() => terminal.process.kill('SIGKILL'));
    return terminal;
  }

  async trainerOf(run: string): Promise<number | null> {
    const text = await readFile(path.join(this.#cwd, run, 'run.lock'), 'utf8').catch(() => '');
    return Number(text.split(' ')[0]) || null;
  }

  async events(run: string): Promise<LoggedEvent[]> {
    const text = await readFile(path.join(this.#cwd, run, 'events.jsonl'), 'utf8').catch(() => '');
    const lines = text.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as LoggedEvent);
  }

  async lastStep(run: string): Promise<number> {
    return (await this.events(run)).findLast(({ type }) => type === 'step')?.step ?? 0;
  }

  async hasEnded(run: string): Promise<boolean> {
    const isFree = !existsSync(path.join(this.#cwd, run, 'run.lock'));
    return isFree && (await this.events(run)).at(-1)?.type === 'run-finished';
  }

  /** Waits for steps to come. @throws Error if none do */
  async goesOn(run: string): Promise<void> {
    const step = await this.lastStep(run);
    await until(`${run} goes on`, async () => (await this.lastStep(run)) > step);
  }

  async #kill(run: string): Promise<void> {
    const pid = await this.trainerOf(run);
    if (pid !== null) process.kill(pid, 'SIGKILL');
  }
}

/** Waits for something to become true. @throws Error naming it if it does not */
export async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const beganMs = performance.now(); performance.now() - beganMs < WAIT_MS; await delay(50)) {
    if (await holds()) return;
  }
  throw new Error(`${WAIT_MS / 1000} s passed without: ${what}`);
}
