import { type ChildProcess, spawn } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const COMMAND = fileURLToPath(new URL('../../packages/tui/bin/instagan.js', import.meta.url));
const KILL_AT_CALL = new URL('./kill-at-call.ts', import.meta.url).href;
const TIMEOUT_MS = 600_000;

export interface CommandEnd {
  /** Null if a signal ended it. */
  readonly code: number | null;
  /** All that it printed. */
  readonly output: string;
  /** Its results alone. */
  readonly stdout: string;
  /** From the first output to the end. */
  readonly workedMs: number;
}

export interface CommandOptions {
  readonly cwd: string;
  /** Kills it so long after its first output. */
  readonly killAfterMs?: number;
  /** Kills it at this call that changes the folder, from 1 on. */
  readonly killAtCall?: number;
  /** Where to write how many such calls it made. */
  readonly countFile?: string;
  /** Modules that are loaded before the command. */
  readonly preload?: readonly string[];
  readonly onStart?: (child: ChildProcess) => void;
  readonly env?: Readonly<Record<string, string>>;
  /** It is killed if it takes longer. @default ten minutes */
  readonly timeoutMs?: number;
}

/** Runs `instagan` to its end, or to that of its process. */
export function runCommand(args: readonly string[], options: CommandOptions): Promise<CommandEnd> {
  const { cwd, killAfterMs, killAtCall, countFile, preload = [], timeoutMs = TIMEOUT_MS } = options;
  const watches = killAtCall !== undefined || countFile !== undefined;
  const modules = [...(watches ? [KILL_AT_CALL] : []), ...preload];
  const imports = modules.length === 0 ? [] : [import.meta.resolve('tsx'), ...modules];
  const child = spawn(process.execPath, [...imports.flatMap((module) => ['--import', module]), COMMAND, ...args], {
    cwd,
    env: {
      ...process.env,
      NODE_OPTIONS: '',
      INSTAGAN_JOBS: path.join(cwd, '.jobs'),
      ...options.env,
      ...(watches ? { CRASH_FOLDER: cwd } : {}),
      ...(killAtCall === undefined ? {} : { CRASH_AT: String(killAtCall) }),
      ...(countFile === undefined ? {} : { CRASH_COUNT: countFile }),
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  options.onStart?.(child);
  return new Promise((resolve, reject) => {
    let [output, stdout] = ['', ''];
    let firstOutputMs: number | undefined;
    let killer: NodeJS.Timeout | undefined;
    const limit = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const hear = (text: string) => {
      output += text;
      if (firstOutputMs !== undefined) return;
      firstOutputMs = performance.now();
      if (killAfterMs !== undefined) killer = setTimeout(() => child.kill('SIGKILL'), killAfterMs);
    };
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', hear);
    child.stdout.on('data', (text: string) => {
      stdout += text;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      clearTimeout(killer);
      clearTimeout(limit);
      resolve({ code, output, stdout, workedMs: performance.now() - (firstOutputMs ?? performance.now()) });
    });
  });
}
