import { execFileSync } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { currentEvents } from './current-events.ts';
import { eventLogFile, openEventLog } from './event-log.ts';
import { followEvents, readEvents } from './event-reader.ts';
import type { LossReport, RunEvent, RunEventBody } from './run-event.ts';

const losses: LossReport = {
  generatorA: 0.5,
  generatorB: 0.25,
  cycleA: 1,
  cycleB: 2,
  identityA: 3,
  identityB: 4,
  contextA: 5,
  contextB: 6,
  discriminatorA: 0.1,
  discriminatorB: 0.2,
};

const step = (number: number, changed: LossReport = {}): RunEventBody => ({
  type: 'step',
  step: number,
  epoch: 0,
  losses: { ...losses, ...changed },
  learningRate: { generator: 2e-4, discriminator: 1e-4 },
  seconds: 1.5,
  memory: { tensors: 10, tensorBytes: 1000, rssBytes: 1e8 },
});

const started = (number: number, resumed: boolean): RunEventBody => ({
  type: 'run-started',
  step: number,
  totalSteps: 10,
  stepsPerEpoch: 5,
  resumed,
  backend: { name: 'cpu', device: 'one core' },
  config: { size: [64, 64], note: 'NaN' },
});

const everyType: RunEventBody[] = [
  started(0, false),
  step(1),
  { type: 'sample', step: 1, path: 'samples/a.png', direction: 'AtoB' },
  { type: 'sample', step: 1, path: 'samples/b.png' },
  { type: 'validation', step: 1, scores: { iou: 0.5 }, seconds: 2 },
  { type: 'checkpoint', step: 1, path: 'checkpoints/step-00000001', seconds: 0.1 },
  { type: 'warning', code: 'x', message: 'without a step' },
  { type: 'warning', code: 'x', message: 'with a step', step: 1 },
  { type: 'alarm', code: 'loss-exploding', message: 'big', step: 1 },
  { type: 'run-finished', step: 1, reason: 'interrupted', checkpoint: null },
  { type: 'run-failed', step: 1, message: 'no' },
  {
    type: 'job-started',
    step: 0,
    job: 'video',
    item: 'frame',
    totalSteps: null,
    run: '/runs/a',
    input: '/in.mp4',
    output: '/out.mp4',
    backend: { name: 'cpu', device: 'one core' },
  },
  { type: 'job-progress', step: 3, totalSteps: 9, seconds: 0.5, instances: 1.5, path: '/out/a.png' },
  { type: 'job-progress', step: 4, totalSteps: null, seconds: 0.5, instances: 0 },
  { type: 'job-finished', step: 9, reason: 'failed', failed: 1, message: 'no disk' },
];

async function write(runFolder: string, events: readonly RunEventBody[]): Promise<RunEvent[]> {
  const log = await openEventLog(runFolder);
  const written = await Promise.all(events.map((event) => log.append(event)));
  await log.close();
  return written;
}

async function all(file: string): Promise<RunEvent[]> {
  const events: RunEvent[] = [];
  for await (const event of readEvents(file)) events.push(event);
  return events;
}

t.test('every kind of event comes back as it was written, in order, stamped with version and time', async (t) => {
  const run = join(t.testdir(), 'runs/first');
  const log = await openEventLog(run, () => new Date(Date.UTC(2024, 0, 2)));
  const written = await Promise.all(everyType.map((event) => log.append(event)));
  await log.close();
  t.same(written[1], { v: 1, time: '2024-01-02T00:00:00.000Z', ...step(1) });
  t.same(await all(log.file), written);
  t.equal(readFileSync(log.file, 'utf8').trimEnd().split('\n').length, everyType.length, 'one line an event');
});

t.test('a loss that is not finite can be read: the log of a run that diverged tells so', async (t) => {
  const run = t.testdir();
  await write(run, [step(1, { cycleA: NaN, cycleB: Infinity, generatorA: -Infinity })]);
  const [event] = await all(eventLogFile(run));
  t.ok(event?.type === 'step');
  if (event?.type === 'step') {
    t.same([event.losses.cycleA, event.losses.cycleB, event.losses.generatorA], [NaN, Infinity, -Infinity]);
  }
});

t.test('a line torn by a kill is passed over by readers and cut off by the next writer', async (t) => {
  const whole = JSON.stringify({ v: 1, time: '2024-01-02T00:00:00.000Z', ...step(2) });
  for (const length of [1, 10, whole.length - 1]) {
    const run = t.testdir();
    await write(run, [step(1)]);
    appendFileSync(eventLogFile(run), whole.slice(0, length));
    t.equal((await all(eventLogFile(run))).length, 1);
    await write(run, [step(3)]);
    t.same(
      (await all(eventLogFile(run))).map((event) => event.type === 'step' && event.step),
      [1, 3],
    );
  }
});

t.test('if only the newline is missing, the event is kept', async (t) => {
  const run = t.testdir();
  await write(run, [step(1), step(2)]);
  writeFileSync(eventLogFile(run), readFileSync(eventLogFile(run), 'utf8').trimEnd());
  await write(run, [step(3)]);
  t.same(
    (await all(eventLogFile(run))).map((event) => event.type === 'step' && event.step),
    [1, 2, 3],
  );
});

t.test('a torn line longer than a block is cut off whole, and a file of nothing else becomes empty', async (t) => {
  const run = t.testdir();
  writeFileSync(eventLogFile(run), `{"a":"${'x'.repeat(200_000)}`);
  await write(run, []);
  t.equal(readFileSync(eventLogFile(run)).length, 0);
});

t.test('events longer than a block, with characters split over blocks, are read whole', async (t) => {
  const run = t.testdir();
  const message = 'ä€😀'.repeat(30_000);
  await write(run, [{ type: 'warning', code: 'long', message }, step(1)]);
  const events = await all(eventLogFile(run));
  t.ok(events[0]?.type === 'warning' && events[0].message === message);
  t.equal(events.length, 2);
});

t.test('a damaged line in the middle is reported with its number, and the rest is read', async (t) => {
  const run = t.testdir();
  await write(run, [step(1)]);
  appendFileSync(eventLogFile(run), '\0\0garbage\n{"v":1,"type":"unheard-of"}\n');
  await write(run, [step(2)]);
  const events = await all(eventLogFile(run));
  t.same(
    events.map((event) => event.type),
    ['step', 'warning', 'warning', 'step'],
  );
  t.match(events[1], { code: 'event-log-damaged', message: /events\.jsonl line 2 is not JSON/, time: events[0]?.time });
  t.match(events[2], { message: /line 3 is not an event of this version/ });
});

t.test('a named pipe in the place of the log stops nobody', { skip: process.platform === 'win32' }, async (t) => {
  const run = t.testdir();
  execFileSync('mkfifo', [eventLogFile(run)]);
  const events = readEvents(eventLogFile(run));
  const fault = { name: 'UserError', message: /events\.jsonl is no file, .*: move it away\.$/ };
  await t.rejects(events.next(), fault);
  await t.rejects(openEventLog(run), fault);
});

t.test('a log of another schema version is refused with the fix, not misread', async (t) => {
  const run = t.testdir();
  await write(run, [step(1)]);
  appendFileSync(eventLogFile(run), '{"v":2,"type":"step"}\n');
  await t.rejects(all(eventLogFile(run)), { name: 'UserError', message: /line 2 has event schema 2.*reads 1: use/ });
  await t.rejects(all(join(run, 'none.jsonl')), {
    name: 'UserError',
    message: /^There is no file or folder .*none\.jsonl/,
  });
});

t.test('a follower sees what is appended, waits for half lines, and ends when told', async (t) => {
  const run = t.testdir();
  const abort = new AbortController();
  const events = followEvents(eventLogFile(run), abort.signal, 5);
  const next = async () => (await events.next()).value as RunEvent;
  const first = next();
  const [one] = await write(run, [step(1)]);
  t.same(await first, one, 'the file may appear later');

  const line = JSON.stringify({ v: 1, time: '2024-01-02T00:00:00.000Z', ...step(2) });
  appendFileSync(eventLogFile(run), line.slice(0, 20));
  const second = next();
  await new Promise((resolve) => setTimeout(resolve, 30));
  appendFileSync(eventLogFile(run), `${line.slice(20)}\n`);
  t.match(await second, { type: 'step', step: 2 });

  appendFileSync(eventLogFile(run), '{"torn');
  const third = next();
  await new Promise((resolve) => setTimeout(resolve, 30));
  await write(run, [step(3)]);
  t.match(await third, { type: 'step', step: 3 }, 'a half line that the next writer cuts off is forgotten');

  const end = events.next();
  abort.abort();
  t.same(await end, { value: undefined, done: true });
});

t.test(
  'a follower that is told to end reads first what is there: the last words of a run that was killed',
  async (t) => {
    const run = t.testdir();
    const abort = new AbortController();
    const written = await write(run, [step(1), step(2), step(3)]);
    const seen: RunEvent[] = [];
    for await (const event of followEvents(eventLogFile(run), abort.signal, 5)) {
      abort.abort();
      seen.push(event);
    }
    t.same(seen, written);
  },
);

t.test('a follower notices that the log was replaced', async (t) => {
  const run = t.testdir();
  const abort = new AbortController();
  await write(run, [step(1), step(2)]);
  const events = followEvents(eventLogFile(run), abort.signal, 5);
  await events.next();
  await events.next();
  const next = events.next();
  const other = join(run, 'other');
  mkdirSync(other);
  await write(other, [started(0, false)]);
  renameSync(eventLogFile(other), eventLogFile(run));
  t.match((await next).value, { type: 'warning', code: 'event-log-replaced' });
  t.match((await events.next()).value, { type: 'run-started' });
  await events.return();
  abort.abort();
  rmSync(eventLogFile(run));
  t.notOk(existsSync(eventLogFile(run)));
});

t.test('after a resume the steps that are done again count once: charts do not run backwards', async (t) => {
  const run = t.testdir();
  await write(run, [
    started(0, false),
    step(1),
    step(2),
    { type: 'checkpoint', step: 2, path: 'checkpoints/step-00000002', seconds: 0 },
    step(3),
    { type: 'warning', code: 'x', message: 'of the machine' },
    { type: 'alarm', code: 'loss-exploding', message: 'big', step: 3 },
    started(2, true),
    step(3),
  ]);
  const brief = (events: RunEvent[]) => events.map((event) => `${event.type} ${event.step ?? ''}`.trim());
  const events = await all(eventLogFile(run));
  t.same(brief(currentEvents(events)), [
    'run-started 0',
    'step 1',
    'step 2',
    'checkpoint 2',
    'warning',
    'run-started 2',
    'step 3',
  ]);
  const restarted = [...events, ...(await write(run, [started(0, false), step(1)]))];
  t.same(brief(currentEvents(restarted)), ['run-started 0', 'step 1'], 'a run started anew voids all before');
});
