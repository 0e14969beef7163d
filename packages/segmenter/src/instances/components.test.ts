import t from 'tap';
import { fillHoles, removeSpecks } from './components.ts';
import { drawn } from './test-support.ts';

t.test('small holes are filled; a large one, and a bay that opens to the edge, stay', async (t) => {
  const { mask, width, height } = drawn('.......', '.#####.', '.#.#..#', '.####.#', '.######', '#.#####');
  fillHoles(mask, width, height, 1);
  t.equal(mask[2 * width + 2], 255, 'one pixel of hole is filled');
  t.equal(mask[2 * width + 4], 0, 'the larger hole stays');
  t.equal(mask[5 * width + 1], 0, 'a bay is no hole');
});

t.test('specks are removed, and nothing else', async (t) => {
  const { mask, width, height } = drawn('#....', '..###', '..###');
  removeSpecks(mask, width, height, 2);
  t.same(mask, drawn('.....', '..###', '..###').mask);
});
