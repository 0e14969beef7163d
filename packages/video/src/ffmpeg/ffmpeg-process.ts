import { spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import type { Ffmpeg } from './find-ffmpeg.ts';

/** How an ffmpeg ended. */
export interface FfmpegEnd {
  /** Null if a signal ended it. */
  readonly exitCode: number | null;
  /** What it complained of, a line each; the last ones if there were many. */
  readonly messages: readonly string[];
}

/** A running ffmpeg. */
export interface FfmpegProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Settles when it has ended and its output is read; never rejects. */
  readonly ended: Promise<FfmpegEnd>;
  kill(): void;
  /** Number of its process, or of the group of processes that it leads; undefined if it cannot be started. */
  readonly pid: number | undefined;
}

/** Files with many tracks and chapters have a line for each. */
const MAX_MESSAGES = 10_000;

/**
 * Runs a program and ends it when descriptor 3 closes, as it does when this process dies, however it dies. Else an ffmpeg that
 * neither reads nor writes a pipe at that moment would go on by itself.
 */
const LEASHED = `
# A program in the background gets no standard input, unless it is handed over by another number.
exec 4<&0
"$@" <&4 3<&- 4<&- &
program=$!
(read -r _ <&3; kill -9 "$program") >/dev/null 2>&1 </dev/null 4<&- &
watcher=$!
exec 3<&- 4<&- </dev/null
wait "$program"
code=$?
kill -9 "$watcher" 2>/dev/null
exit "$code"`;

/**
 * Starts ffmpeg in a session of its own, so that Ctrl-C in the terminal reaches this process alone, which then ends it in
 * good order. It never outlives this process (except on Windows, where it ends with its pipes). A program that cannot be started ends with exit code 127.
 *
 * @param level what it prints: `error` for complaints alone, `info` for what it finds in files
 */
export function startFfmpeg(ffmpeg: Ffmpeg, args: readonly string[], level: 'error' | 'info' = 'error'): FfmpegProcess {
  const own = [ffmpeg.path, '-hide_banner', '-nostats', '-loglevel', level, ...args];
  const [program, ...programArgs] = isLeashed ? ['/bin/sh', '-c', LEASHED, 'sh', ...own] : own;
  const child = spawn(program as string, programArgs, {
    stdio: ['pipe', 'pipe', 'pipe', 'pipe'],
    detached: isLeashed,
    windowsHide: true,
  }) as ReturnType<typeof spawn> & { readonly stdin: Writable; readonly stdout: Readable; readonly stderr: Readable };
  // The leash: it closes with this process, and does not keep it running.
  child.stdio[3]?.on('error', () => {});
  const messages: string[] = [];
  let unfinished = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const lines = (unfinished + chunk.toString()).split(/[\r\n]+/);
    unfinished = lines.pop() ?? '';
    messages.push(...lines.filter((line) => line.trim() !== ''));
    if (messages.length > MAX_MESSAGES) messages.splice(0, messages.length - MAX_MESSAGES);
  });
  // What is written to a program that has ended is lost; that it ended is told by `ended`.
  child.stdin.on('error', () => {});
  const ended = new Promise<FfmpegEnd>((resolve) => {
    child.on('error', (error) => resolve({ exitCode: 127, messages: [error.message] }));
    child.on('close', (exitCode) => {
      if (unfinished.trim() !== '') messages.push(unfinished);
      resolve({ exitCode, messages });
    });
  });
  return { stdin: child.stdin, stdout: child.stdout, ended, kill: () => killAll(child), pid: child.pid };
}

const isLeashed = process.platform !== 'win32';

/** Ends a program that {@link startFfmpeg} started, with the shell that watches it. */
function killAll(child: ReturnType<typeof spawn>): void {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
  if (!isLeashed) {
    child.kill('SIGKILL');
    return;
  }
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Runs ffmpeg to its end without input; what it writes to standard output is thrown away. */
export async function runFfmpeg(ffmpeg: Ffmpeg, args: readonly string[], level?: 'error' | 'info'): Promise<FfmpegEnd> {
  const running = startFfmpeg(ffmpeg, args, level);
  running.stdin.end();
  running.stdout.resume();
  return running.ended;
}

/** The message that tells most, without the address of the part of ffmpeg that printed it. */
export function mainMessage({ exitCode, messages }: FfmpegEnd): string {
  const plain = messages.map((line) => line.replace(/^(\[[^\]]*\]\s*)+/, '').trim());
  const known = plain.find((line) =>
    /No space left|Permission denied|No such file|Invalid data|not whitelisted|moov atom not found|Unknown encoder/i.test(
      line,
    ),
  );
  return (known ?? plain.at(-1) ?? `it ended with ${exitCode ?? 'a signal'}`).replace(/[.\s]+$/, '');
}
