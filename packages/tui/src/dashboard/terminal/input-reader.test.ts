import type { Key } from 'ink';
import t from 'tap';
import { InputReader } from './input-reader.ts';

const NO_KEY = {} as Key;
const key = (name: string) => ({ kind: 'key', key: name });

/** What a reader makes of Ink's inputs. @param gapMs of time between two of them */
function read(inputs: readonly (readonly [input: string, key?: Partial<Key>])[], gapMs = 0) {
  let nowMs = 0;
  const reader = new InputReader(() => nowMs);
  return inputs.flatMap(([input, pressed = NO_KEY]) => {
    nowMs += gapMs;
    return reader.take(input, pressed as Key);
  });
}

t.test('keys have names, also where several came together', async (t) => {
  t.same(read([['q'], ['', { upArrow: true }], ['c', { ctrl: true }], ['a', { ctrl: true }]]), [
    key('q'),
    key('up'),
    key('ctrl-c'),
  ]);
  t.same(read([['1e-4\r']]), [...'1e-4'].map(key).concat(key('return')));
});

t.test('pasted text is no keys, whatever is in it', async (t) => {
  t.same(read([['['], ['200~']]).length, 5, 'typed by hand it is no paste');
  t.same(read([['[200~'], ['see Xavier e.g.\n'], ['[A', { upArrow: true }], ['q'], ['[201~'], ['q']]), [
    { kind: 'paste', text: 'see Xavier e.g.\n[Aq' },
    key('q'),
  ]);
  t.same(read([['[200~'], ['X'], ['q']], 2000), [key('X'), key('q')], 'a paste without an end does not lock the keys');
  t.same(read([['[201~']]), []);
});

t.test('the mouse is clicked, dragged and wheeled; other buttons are left to the terminal', async (t) => {
  const mouse = (action: string, column: number, row: number, from = { column, row }) => ({
    kind: 'mouse',
    action,
    column,
    row,
    from,
  });
  const from = { column: 11, row: 4 };
  t.same(read([['[<0;12;5M'], ['[<32;20;5M'], ['[<0;21;6m'], ['[<64;1;1M'], ['[<65;2;3M']]), [
    mouse('press', 11, 4),
    mouse('drag', 19, 4, from),
    mouse('release', 20, 5, from),
    mouse('wheel-up', 0, 0),
    mouse('wheel-down', 1, 2),
  ]);
  t.same(read([['[<2;12;5M'], ['[<2;12;5m'], ['[<35;12;5M'], ['[<0;12;5m'], ['[<66;1;1M']]), []);
  t.same(read([['[<16;12;5M']]), [mouse('press', 11, 4)], 'with control');
});
