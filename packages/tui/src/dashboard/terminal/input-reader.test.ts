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
