import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { currentEvents, type RunEvent, readEvents } from '@instagan/core/events';
import { digest, digests } from './digests.ts';
import { PREDICTION, TRANSLATION } from './image-jobs.ts';

const WEIGHTS = fileURLToPath(new URL('../fixtures/parity/authors/', import.meta.url));

/** Something long that may be killed: a command, and what is to be there once it has ended. */
export interface CrashJob {
  readonly name: string;
  /** The command that does it, without the output's name. @param resumes whether an earlier one was killed */
  command(output: string, resumes: boolean): string[];
  /** Whether it prints nothing before its end, so that no instant of its work can be told: it is killed at calls alone. */
  readonly isSilent?: true;
  /** Whether there is something in `folder` to go on with; the command must be given anew otherwise. */
  isBegun(folder: string, output: string): boolean;
  /** Puts files of the user where the job writes. */
  prepare?(folder: string, output: string): Promise<void>;
  /** All that an uninterrupted job and one that was killed must have in common, down to the byte: digests by name. */
  outcome(folder: string, output: string): Promise<Record<string, string>>;
}

const NETWORK = '--backend wasm --threads 1 --size 32x32 --ngf 2 --ndf 2'.split(' ');
const RUN = '--sample-every 3 --checkpoint-every 2 --steps 10 --ui json'.split(' ');

const training: Pick<CrashJob, 'isBegun' | 'outcome'> = {
  isBegun: (folder, output) => existsSync(path.join(folder, output, 'config.json')),
  outcome: async (folder, output) => {
    const run = path.join(folder, output);
    const log = path.join(run, 'events.jsonl');
    return { ...(await digests(run, ['events.jsonl'])), events: digest(JSON.stringify(await lastingEvents(log))) };
  },
};

/** The kinds of job that are killed. */
export const CRASH_JOBS: readonly CrashJob[] = [
  {
    name: 'training',
    command: (output, resumes) => [
      ...['train', '--data', 'meadow', '--run', output, ...NETWORK, ...RUN],
      ...['--blocks', '1', '--max-instances', '2'],
      ...(resumes ? ['--resume'] : []),
    ],
    ...training,
  },
  {
    name: 'segmenter training',
    command: (output, resumes) => [
      ...['segmenter', 'train', '--data', 'meadow', '--domain', 'A', '--run', output, ...NETWORK, ...RUN],
      ...['--levels', '3', '--validate-every', '4'],
      ...(resumes ? ['--resume'] : []),
    ],
    ...training,
  },
  {
    name: 'video',
    command: (output, resumes) => [
      ...['video', '--run', 'model', '--input', 'walk/%05d.png', '--masks', 'walk_seg', '--output', `${output}.mp4`],
      ...['--backend', 'wasm', '--threads', '1', '--part-frames', '6'],
      ...(resumes ? ['--resume'] : []),
    ],
    isBegun: (folder, output) => existsSync(path.join(folder, `${output}.mp4.parts`)),
    outcome: async (folder, output) => {
      const left = (await readdir(folder)).filter((name) => name.includes(output));
      const entries = left.map(async (name) => {
        const isFile = name === `${output}.mp4`;
        return [name.replace(output, 'video'), isFile ? digest(await readFile(path.join(folder, name))) : 'left over'];
      });
      return Object.fromEntries(await Promise.all(entries));
    },
  },
  TRANSLATION,
  PREDICTION,
  {
    name: 'export',
    isSilent: true,
    command: (output) => ['export', '--run', 'model', '--output', output],
    isBegun: () => false,
    outcome: (folder, output) => digests(path.join(folder, output)),
  },
];

/** The commands that make what the jobs need in a folder. */
export const PREPARATIONS: readonly string[][] = [
  'dataset draw --output meadow --count 12 --size 40x40'.split(' '),
  'dataset draw --output walk --video 24 --size 40x48'.split(' '),
  [
    ...['import', '--run', 'model', '--generator-a', path.join(WEIGHTS, 'step_net_G_A.pth')],
    ...['--generator-b', path.join(WEIGHTS, 'step_net_G_B.pth')],
  ],
  [
    ...['segmenter', 'train', '--data', 'meadow', '--domain', 'A', '--run', 'finder', ...NETWORK],
    ...'--levels 3 --steps 40 --ui json'.split(' '),
  ],
];

/** What the log says of the run, without times, memory and how often it was begun. */
async function lastingEvents(log: string): Promise<unknown[]> {
  const events: RunEvent[] = [];
  for await (const event of readEvents(log)) events.push(event);
  return currentEvents(events).flatMap((event): unknown[] => {
    switch (event.type) {
      case 'step':
        return [[event.type, event.step, event.losses, event.learningRate]];
      case 'validation':
        return [[event.type, event.step, event.scores]];
      case 'sample':
      case 'checkpoint':
        return [[event.type, event.step, event.path]];
      case 'run-started':
      case 'run-finished':
      case 'run-failed':
        return [];
      default:
        return [event];
    }
  });
}
