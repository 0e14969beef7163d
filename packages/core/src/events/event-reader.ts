import { type FileHandle, open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../errors.ts';
import { cannotBeRead, NOT_WAITING } from '../runtime/files.ts';
import { type EventPlace, eventLogWarning, parseEventLine } from './event-line.ts';
import { noLog } from './event-log.ts';
import type { RunEvent } from './run-event.ts';

const NEWLINE = 0x0a;
const BLOCK_BYTES = 65_536;
const EPOCH = new Date(0).toISOString();

/** Where a reader stands in the file: after a whole line. */
interface Place extends EventPlace {
  offsetBytes: number;
  line: number;
  time: string;
}

/**
 * Reads `events.jsonl` from its beginning, one event at a time. A line that is no event is reported as a `warning`
 * event with code `event-log-damaged` and its line number; a torn last line, as a kill leaves it, is passed over.
 *
 * @throws UserError if the file cannot be read, or a line has another schema version
 */
export async function* readEvents(file: string): AsyncGenerator<RunEvent, void, undefined> {
  let handle: FileHandle;
  try {
    handle = await open(file, NOT_WAITING);
  } catch (error) {
    throw cannotBeRead(file, error);
  }
  try {
    if (!(await handle.stat()).isFile()) throw new UserError(noLog(file));
    yield* readFrom(handle, startOf(file, EPOCH));
  } finally {
    await handle.close();
  }
}

/**
 * Reads `events.jsonl` and then waits for more, until the signal aborts; what is there by then is read to its end. The file may not
 * exist yet. It is polled:
 * notifications of changes do not work on every file system. If it is replaced by another file, it is read from its
 * beginning after a `warning` event with code `event-log-replaced`.
 *
 * @throws UserError if a line has another schema version
 */
export async function* followEvents(
  file: string,
  signal: AbortSignal,
  pollIntervalMs = 250,
): AsyncGenerator<RunEvent, void, undefined> {
  let place: Place = startOf(file, EPOCH);
  let lastInode: number | null = null;
  for (;;) {
    const isLast = signal.aborted;
    const handle = await openIfThere(file);
    if (handle !== null) {
      try {
        const { ino: inode, size: sizeBytes } = await handle.stat();
        if (lastInode !== null && (inode !== lastInode || sizeBytes < place.offsetBytes)) {
          yield eventLogWarning(place, 'event-log-replaced', `${file} was replaced and is read from its beginning.`);
          place = startOf(file, place.time);
        }
        lastInode = inode;
        yield* readFrom(handle, place);
      } finally {
        await handle.close();
      }
    }
    if (isLast) return;
    await delay(pollIntervalMs, undefined, { signal }).catch(() => undefined);
  }
}

function startOf(file: string, time: string): Place {
  return { file, offsetBytes: 0, line: 0, time };
}

/** Yields the events of all whole lines from `place` on, and moves it behind each. */
async function* readFrom(handle: FileHandle, place: Place): AsyncGenerator<RunEvent, void, undefined> {
  const block = Buffer.alloc(BLOCK_BYTES);
  let pending: Buffer[] = [];
  let position = place.offsetBytes;
  for (;;) {
    const { bytesRead } = await handle.read(block, 0, BLOCK_BYTES, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    let start = 0;
    for (;;) {
      const newline = block.subarray(0, bytesRead).indexOf(NEWLINE, start);
      if (newline === -1) break;
      const line = Buffer.concat([...pending, block.subarray(start, newline)]);
      pending = [];
      start = newline + 1;
      place.offsetBytes += line.length + 1;
      place.line++;
      if (line.length === 0) continue;
      const event = parseEventLine(line.toString('utf8'), place);
      place.time = event.time;
      yield event;
    }
    pending.push(Buffer.from(block.subarray(start, bytesRead)));
  }
}

async function openIfThere(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, NOT_WAITING);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
