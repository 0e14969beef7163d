import { open } from 'node:fs/promises';
import { NOT_WAITING } from '../runtime/files.ts';
import { parseEventLine } from './event-line.ts';
import type { RunEvent } from './run-event.ts';

const NEWLINE = 0x0a;
const BLOCK_BYTES = 65_536;

/** The events of a log from the last one back, read as far as they are asked for. A line that is no event is a `warning`, without its number. */
export async function* eventsFromEnd(file: string): AsyncGenerator<RunEvent, void, undefined> {
  const handle = await open(file, NOT_WAITING);
  const place = { file, line: 0, time: new Date(0).toISOString() };
  try {
    // What is left of the blocks after it: the end of a line that begins further in front.
    let rest = Buffer.alloc(0);
    for (let end = (await handle.stat()).size; end > 0; end -= BLOCK_BYTES) {
      const block = Buffer.alloc(Math.min(end, BLOCK_BYTES));
      await handle.read(block, 0, block.length, end - block.length);
      rest = Buffer.concat([block, rest]);
      for (let start = rest.lastIndexOf(NEWLINE); start !== -1; start = rest.lastIndexOf(NEWLINE)) {
        const line = rest.subarray(start + 1);
        rest = rest.subarray(0, start);
        if (line.length > 0) yield parseEventLine(line.toString('utf8'), place);
      }
    }
    if (rest.length > 0) yield parseEventLine(rest.toString('utf8'), place);
  } finally {
    await handle.close();
  }
}
