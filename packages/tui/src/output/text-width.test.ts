import t from 'tap';
import { cutTo, fitted, textWidth, wrapped } from './text-width.ts';

t.test('characters count by the columns that they take', async (t) => {
  for (const [text, width] of [
    ['meadow', 6],
    ['実験', 4],
    ['🐑', 2],
    ['👩‍🔬', 2],
    ['e\u0301', 1],
    ['', 0],
  ] as const) {
    t.equal(textWidth(text), width, text);
  }
});

t.test('text is cut between characters, never through one', async (t) => {
  t.equal(cutTo('実験', 4), '実験');
  t.equal(cutTo('実験室', 4), '実…', 'the second half of a character has no room');
  t.equal(cutTo('meadow', 1), 'm');
  t.equal(cutTo('meadow', 0), '');
  for (let width = 0; width <= 12; width++) {
    for (const text of ['実験 run', '🐑🦒🐑', 'a実b験c室', 'meadow', '']) {
      t.equal(textWidth(fitted(text, width)), width, `${text} in ${width}`);
    }
  }
});

t.test('a text of any length is measured and cut in a moment', async (t) => {
  for (const text of ['x'.repeat(100_000), `${'x'.repeat(100_000)}\ufffd`, '実'.repeat(50_000)]) {
    const begin = process.cpuUsage();
    t.equal(textWidth(text), 100_000 + (text.endsWith('\ufffd') ? 1 : 0));
    t.equal(textWidth(cutTo(text, 81)), 81);
    const { user, system } = process.cpuUsage(begin);
    t.ok((user + system) / 1e6 < 1, `${(user + system) / 1000} ms`);
  }
});

t.test('text is wrapped between words, and nothing is lost', async (t) => {
  t.same(wrapped('lower the learning rate', 12), ['lower the', 'learning', 'rate']);
  t.same(wrapped('/a/long/path', 5), ['/a/lo', 'ng/pa', 'th']);
  t.same(wrapped('実験実験', 5), ['実験', '実験']);
  t.same(wrapped('a\nb\u001b[2J', 20), ['a b [2J'], 'control characters move nothing');
});

t.test('a text of any length is wrapped in a moment', async (t) => {
  for (const text of ['x'.repeat(100_000), 'x '.repeat(50_000).trimEnd(), '実 '.repeat(10_000).trimEnd()]) {
    const begin = process.cpuUsage();
    const lines = wrapped(text, 80);
    const { user, system } = process.cpuUsage(begin);
    t.ok((user + system) / 1e6 < 1, `${(user + system) / 1000} ms`);
    t.equal(lines.join(text.includes(' ') ? ' ' : ''), text, 'and none of it is lost');
    t.ok(lines.every((line) => textWidth(line) <= 80));
  }
});

t.test('emoji of several characters, whose width terminals do not agree on, are shown as their first', async (t) => {
  for (const [text, shown] of [
    ['❤\ufe0f!', '❤   !'],
    ['⚠\ufe0e!', '⚠   !'],
    ['1\ufe0f\u20e3!', '1   !'],
    ['👍🏽!', '👍  !'],
    ['👩🏽\u200d🔬!', '👩  !'],
    ['🏳\ufe0f\u200d🌈!', '🏳   !'],
    ['🏴\u{e0067}\u{e0062}\u{e007f}!', '🏴  !'],
    ['👨\u200d👩\u200d👧!', '👨  !'],
    ['🇩🇪!', '🇩🇪  !'],
    ['e\u0301!', 'e\u0301   !'],
  ] as const) {
    t.equal(`${fitted(text.slice(0, -1), 4)}!`, shown, text);
  }
  t.same(wrapped('a ❤\ufe0f b', 20), ['a ❤ b']);
});
