import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { formatEvent } from './event-log.ts';
import { readEvents } from './event-reader.ts';
import { eventsFromEnd } from './events-from-end.ts';
import type { RunEvent } from './run-event.ts';

const warning = (message: string, i: number): RunEvent => {
  return { v: 1, time: '2024-01-02T00:00:00.000Z', type: 'warning', code: 'x', message, step: i };
};

t.test('the events of a log come from the last one back, however they lie in blocks', async (t) => {
  const file = join(t.testdir(), 'events.jsonl');
  for (const length of [1, 100, 65_500, 200_000]) {
    const events = Array.from({ length: 9 }, (_, i) => warning('ä'.repeat(i % 3 === 0 ? length : 5), i));
    writeFileSync(file, events.map((event) => `${formatEvent(event)}\n`).join(''));
    const backwards: RunEvent[] = [];
    for await (const event of eventsFromEnd(file)) backwards.unshift(event);
    const forwards: RunEvent[] = [];
    for await (const event of readEvents(file)) forwards.push(event);
    t.same(backwards, forwards, `lines of ${length}`);
  }
  writeFileSync(file, '');
  for await (const event of eventsFromEnd(file)) t.fail(event.type);
});
