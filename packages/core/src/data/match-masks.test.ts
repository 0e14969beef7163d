import t from 'tap';
import { matchMasks } from './match-masks.ts';

/** One row of pixels: `#` object, `.` background. */
function row(text: string): Float32Array {
  return Float32Array.from(text, (pixel) => (pixel === '#' ? 1 : -1));
}

const trueMasks = [row('####........'), row('....####....')];

t.test('a mask from elsewhere stands for the whole of what it shows', async (t) => {
  const shown = (text: string) => matchMasks([row(text)], trueMasks)[0];
  t.same(shown('.##.........'), trueMasks[0], 'a fragment for its object');
  t.same(shown('.####.......'), trueMasks[0], 'a mask that strays for the object it mostly shows');
  t.same(shown('.######.....'), row('########....'), 'one across two objects for both');
  t.same(shown('.......#####'), row('............'), 'one that shows little of an object for none');
  t.same(shown('.........###'), row('............'), 'one beside all objects for none');
});

t.test('every mask is answered, in order', async (t) => {
  t.same(matchMasks([row('.....##.....'), row('##..........')], trueMasks), [...trueMasks].reverse());
  t.same(matchMasks([row('##..........')], []), [row('............')]);
});
