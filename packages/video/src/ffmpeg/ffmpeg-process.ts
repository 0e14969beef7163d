import { spawn } from 'node:child_process';
import { Readable, type Writable } from 'node:stream';
import type { Ffmpeg } from './find-ffmpeg.ts';
import type { WidePipe } from './wide-pipe.ts';

/** How an ffmpeg ended. */
export interface FfmpegEnd {
  /** Null if a signal ended it. */
  readonly exitCode: number | null;
  /** What it complained of, a line each; the last ones if there were many. At the level `info`, all that it printed. */
  readonly messages: readonly string[];
  /** At the level `verbose`, what else it printed, such as its counts of frames; the last lines. */
  readonly notes: readonly string[];
}

/** A running ffmpeg. */
export interface FfmpegProcess {
  readonly stdin: Writable;
  readonly stdout: Readable;
  /** Settles when it has ended and its output is read; never rejects. */
  readonly ended: Promise<FfmpegEnd>;
  /** Ends it at once; what it has written and nobody has read is thrown away. */
  kill(): void;
  /** Number of its process, or of the group of processes that it leads; undefined if it cannot be started. */
  readonly pid: number | undefined;
}

/** Files with many tracks and chapters have a line for each. */
const MAX_MESSAGES = 10_000;
/** How a line of complaint is marked where lines have their level. */
const COMPLAINT = /\[(?:panic|fatal|error)\] /;

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
 * @param level what it prints: `error` for complaints alone, `info` for what it finds in files, `verbose` for complaints and counts
 * @param pipe where its standard output goes, if not to `stdout`; the process closes it
 */
export function startFfmpeg(
  ffmpeg: Ffmpeg,
  args: readonly string[],
  level: 'error' | 'info' | 'verbose' = 'error',
  pipe: WidePipe | null = null,
): FfmpegProcess {
  const tagged = level === 'verbose' ? 'level+verbose' : level;
  const own = [ffmpeg.path, '-hide_banner', '-nostats', '-loglevel', tagged, ...args];
  const [program, ...programArgs] = isLeashed ? ['/bin/sh', '-c', LEASHED, 'sh', ...own] : own;
  const child = spawn(program as string, programArgs, {
    stdio: ['pipe', pipe?.input ?? 'pipe', 'pipe', 'pipe'],
    detached: isLeashed,
    windowsHide: true,
    env: ffmpegEnvironment(),
  }) as ReturnType<typeof spawn> & { readonly stdin: Writable; readonly stderr: Readable };
  pipe?.input.destroy();
  const stdout = child.stdout ?? Readable.from([]);
  // The leash: it closes with this process, and does not keep it running.
  child.stdio[3]?.on('error', () => {});
  const [messages, notes]: [string[], string[]] = [[], []];
  const keep = (line: string) => {
    if (line.trim() === '') return;
    const isNote = level === 'verbose' && !COMPLAINT.test(line);
    const list = isNote ? notes : messages;
    list.push(level === 'verbose' ? line.replace(COMPLAINT, '') : line);
    if (list.length > MAX_MESSAGES) list.shift();
  };
  let unfinished = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const lines = (unfinished + chunk.toString()).split(/[\r\n]+/);
    unfinished = lines.pop() ?? '';
    for (const line of lines) keep(line);
  });
  // What is written to a program that has ended is lost; that it ended is told by `ended`.
  child.stdin.on('error', () => {});
  const ended = new Promise<FfmpegEnd>((resolve) => {
    child.on('error', (error) => resolve({ exitCode: 127, messages: [error.message], notes }));
    child.on('close', (exitCode) => {
      keep(unfinished);
      resolve({ exitCode, messages, notes });
    });
  });
  const kill = () => {
    killAll(child);
    // It has not ended before its output is read or given up.
    stdout.destroy();
    pipe?.close();
  };
  return { stdin: child.stdin, stdout, ended, kill, pid: child.pid };
}

/**
 * The environment of an ffmpeg. One that is statically linked crashes when it loads the tables of characters of another libc, as it
 * does for names in transport streams: it shall find none.
 */
export function ffmpegEnvironment(): NodeJS.ProcessEnv {
  return { GCONV_PATH: '/nonexistent', ...process.env };
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
export function mainMessage({ exitCode, messages }: Pick<FfmpegEnd, 'exitCode' | 'messages'>): string {
  const plain = messages.map((line) => line.replace(/^(\[[^\]]*\]\s*)+/, '').trim());
  const known = plain.find((line) =>
    /No space left|Permission denied|No such file|Invalid data|not whitelisted|moov atom not found|Unknown encoder/i.test(
      line,
    ),
  );
  return (known ?? plain.at(-1) ?? `it ended with ${exitCode ?? 'a signal'}`).replace(/[.\s]+$/, '');
}
