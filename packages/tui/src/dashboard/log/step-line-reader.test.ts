import { formatEvent, type RunEvent } from '@instagan/core/events';
import t from 'tap';
import { StepLineReader } from './step-line-reader.ts';

const event = (step: number, changes: object = {}): RunEvent => ({
  v: 1,
  time: new Date(Date.UTC(2024, 1, 29, 23, 59, 58, 7) + step * 1000).toISOString(),
  type: 'step',
  step,
  epoch: 0,
  losses: { generatorA: 0.25, cycleA: 1e-7 * step },
  learningRate: { generator: 2e-4, discriminator: 1e-4 },
  seconds: 1.5,
  memory: { tensors: 10, tensorBytes: 1e9, rssBytes: 123_456_789 },
  ...changes,
});
const bytes = (event: RunEvent) => Buffer.from(formatEvent(event));

t.test('numbers of a step come out as JSON would read them, so that charts show what was logged', async (t) => {
  const reader = StepLineReader.like(bytes(event(1)));
  t.ok(reader);
  const values = [
    0, 1, -1, 0.1, 2e-4, 1.7976931348623157e308, 5e-300, -3.25e-9, 123456789012345680000, 0.4505222750001121,
  ];
  for (const [i, value] of values.entries()) {
    const losses = { generatorA: value, cycleA: -value };
    const line = Buffer.concat([Buffer.from('before\n'), bytes(event(i + 7, { losses })), Buffer.from('\nafter')]);
    const read = reader?.read(line, 7, line.length - 6);
    t.equal(read?.step, i + 7);
    t.equal(read?.timeMs, Date.parse(event(i + 7).time));
    const close = (got: number | undefined, want: number) =>
      Math.abs((got ?? Number.NaN) - want) <= 1e-14 * Math.abs(want);
    t.ok(close(read?.values[reader!.names.indexOf('losses.generatorA')], value), `${value}`);
    t.ok(close(read?.values[reader!.names.indexOf('losses.cycleA')], -value), `${-value}`);
  }
  t.same(reader?.names, [
    'epoch',
    'losses.generatorA',
    'losses.cycleA',
    'learningRate.generator',
    'learningRate.discriminator',
    'seconds',
    'memory.tensors',
    'memory.tensorBytes',
    'memory.rssBytes',
  ]);
});

t.test('the first line is remembered, not the buffer it lay in', async (t) => {
  const buffer = bytes(event(1));
  const reader = StepLineReader.like(buffer);
  buffer.fill(0);
  const line = bytes(event(2));
  t.equal(reader?.read(line, 0, line.length)?.step, 2);
});

t.test('a line that is spelled differently is left to the JSON parser, never misread', async (t) => {
  const reader = StepLineReader.like(bytes(event(1)))!;
  const text = formatEvent(event(2));
  for (const [name, line] of [
    ['another loss', formatEvent(event(2, { losses: { generatorA: 1, cycleB: 2 } }))],
    ['NaN as text', formatEvent(event(2, { losses: { generatorA: Number.NaN, cycleA: 2 } }))],
    ['a missing loss', formatEvent(event(2, { losses: { generatorA: 1 } }))],
    ['another version', text.replace('"v":1', '"v":2')],
    ['a torn line', text.slice(0, -1)],
    ['more behind it', `${text} `],
    ['no number', text.replace('"seconds":1.5', '"seconds":null')],
    ['no time', text.replace('2024-', 'year-')],
  ] as const) {
    t.equal(reader.read(Buffer.from(line), 0, line.length), null, name);
  }
});

t.test('a step beyond all whole numbers, or a name that commands a terminal, is left to the caller', async (t) => {
  const line = (step: string, name = 'cycleA') =>
    Buffer.from(`{"v":1,"time":"2024-01-02T03:04:05.678Z","type":"step","step":${step},"losses":{"${name}":1}}`);
  const reader = StepLineReader.like(line('1'));
  for (const step of ['1e400', '1e20', '1.5', '-1']) {
    t.equal(reader?.read(line(step), 0, line(step).length), null, step);
  }
  t.equal(reader?.read(line('7'), 0, line('7').length)?.step, 7);
  t.equal(StepLineReader.like(line('1', '\u202etxt')), null);
});
