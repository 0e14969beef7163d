import t from 'tap';
import { parseMaskQualityOptions } from './options.ts';

const least = ['--data', 'set', '--run', 'plain=runs/a', '--output', 'out'];

t.test('runs by name, and the usual settings', async (t) => {
  const options = parseMaskQualityOptions([...least, '--run', 'jitter=runs/b=2', '--direction', 'BtoA']);
  t.same(options.runs, [
    { name: 'plain', folder: 'runs/a' },
    { name: 'jitter', folder: 'runs/b=2' },
  ]);
  t.match(options, { direction: 'BtoA', strengths: [0.25, 0.5, 0.75, 1], images: Infinity, predicted: null });
});

t.test('a mistake is told before anything is trained', async (t) => {
  for (const [line, message] of [
    [['--run', 'a=b', '--output', 'out'], /^--data is missing/],
    [['--data', 'set', '--output', 'out'], /^--run is missing/],
    [[...least, '--run', 'runs/b'], /^--run runs\/b is no NAME=RUN/],
    [[...least, '--run', 'plain=runs/b'], /^--run plain is there twice/],
    [[...least, '--strengths', '0.5,2'], /^--strengths takes numbers above 0 and up to 1.*"2"/],
    [[...least, '--shifts=-1'], /^--shifts takes numbers between -1 and 1/],
    [[...least, '--direction', 'AB'], /^--direction is one of AtoB, BtoA/],
    [[...least, '--size', '66x64'], /^--size 66x64 is no size/],
    [[...least, '--draws', '0'], /^--draws takes a whole number of at least 1/],
    [[...least, '--jitter', '1'], /Unknown option '--jitter'/],
  ] as const) {
    t.throws(() => parseMaskQualityOptions([...line]), { name: 'UsageError', message }, line.join(' '));
  }
});
