import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { visibleJson } from '../data/visible-json.ts';
import { UserError } from '../errors.ts';
import { makeFolder } from '../runtime/files.ts';
import { EVENT_SCHEMA_VERSION, type RunEvent, type RunEventBody } from './run-event.ts';

const NEWLINE = 0x0a;
const BLOCK_BYTES = 65_536;

/** `events.jsonl` of a run. */
export function eventLogFile(runFolder: string): string {
  return join(runFolder, 'events.jsonl');
}

/** What to tell of a folder or a named pipe in the place of a log. */
export function noLog(file: string): string {
  return `${file} is no file, where the log of the run belongs: move it away.`;
}

/** The writer of a run's events: append-only, one JSON object a line, one writer at a time. */
export interface EventLog {
  readonly file: string;
  /** Stamps an event with schema version and time and appends it. Events are written in the order of the calls. */
  append(event: RunEventBody): Promise<RunEvent>;
  /** Waits for what was appended, syncs it to the disk and closes the file. */
  close(): Promise<void>;
}

/**
 * Opens `events.jsonl` of a run to append, creating the folder and the file as needed. What a killed writer left of a
 * last line is cut off first (or completed, if only the newline was missing), so that a line is whole or absent.
 *
 * Nothing that was written is ever taken back. A run that resumes at step S appends `run-started` with `resumed: true`
 * and `step: S`: from there on, the earlier events of steps beyond S are void, as those steps are done again. A
 * `run-started` with `resumed: false` voids all events before it. `currentEvents` applies this rule.
 *
 * @param now the clock, for tests
 */
export async function openEventLog(runFolder: string, now: () => Date = () => new Date()): Promise<EventLog> {
  await makeFolder(runFolder);
  const file = eventLogFile(runFolder);
  await mendLastLine(file);
  const handle = await open(file, 'a');
  let last: Promise<'' | '\n'> = Promise.resolve('');
  return {
    file,
    append: (body) => {
      const event: RunEvent = { v: EVENT_SCHEMA_VERSION, time: now().toISOString(), ...body };
      const line = formatEvent(event);
      const written = last.then((gap) => handle.appendFile(`${gap}${line}\n`));
      // A failed write (disk full) is reported to its own caller; the next event starts on a line of its own.
      last = written.then(
        () => '',
        () => '\n',
      );
      return written.then(() => event);
    },
    close: async () => {
      await last;
      await handle.sync().finally(() => handle.close());
    },
  };
}

/**
 * An event as one line of JSON, without the newline. JSON has no NaN: a number that is not finite is written as the text
 * "NaN", "Infinity" or "-Infinity". No terminal takes the line for a command when the log is shown as it is.
 */
export function formatEvent(event: RunEvent): string {
  return visibleJson(JSON.stringify(event, spellNonFinite));
}

function spellNonFinite(_key: string, value: unknown): unknown {
  return typeof value === 'number' && !Number.isFinite(value) ? String(value) : value;
}

async function mendLastLine(file: string): Promise<void> {
  const handle = await open(file, 'a+');
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new UserError(noLog(file));
    const { size } = found;
    const start = await startOfLastLine(handle, size);
    if (start === size) return;
    const line = Buffer.alloc(size - start);
    await handle.read(line, 0, line.length, start);
    if (isJson(line.toString('utf8'))) await handle.appendFile('\n');
    else await handle.truncate(start);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Position after the last newline. */
async function startOfLastLine(handle: FileHandle, size: number): Promise<number> {
  const block = Buffer.alloc(BLOCK_BYTES);
  for (let end = size; end > 0; end -= BLOCK_BYTES) {
    const start = Math.max(0, end - BLOCK_BYTES);
    const { bytesRead } = await handle.read(block, 0, end - start, start);
    const newline = block.subarray(0, bytesRead).lastIndexOf(NEWLINE);
    if (newline !== -1) return start + newline + 1;
  }
  return 0;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
