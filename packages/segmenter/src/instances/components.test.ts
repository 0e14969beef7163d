import t from 'tap';
import { connectedComponents, fillHoles, removeSpecks } from './components.ts';
import { asText, drawn } from './test-support.ts';

t.test('parts of a mask are told apart, and whether corners connect is a choice', async (t) => {
  const { mask, width, height } = drawn('##..#', '##.#.', '.....', '#...#');
  const eight = connectedComponents(mask, width, height, 8);
  t.same(asText(eight.labels, width), ['11..2', '11.2.', '.....', '3...4']);
  t.same([eight.count, eight.areasPx], [4, [12, 4, 2, 1, 1]]);
  t.equal(connectedComponents(mask, width, height, 4).count, 5);
  t.equal(connectedComponents(new Uint8Array(20), 5, 4, 8).count, 0, 'an empty mask has none');
  const wide = drawn('#....', '....#');
  t.equal(connectedComponents(wide.mask, 5, 2, 8).count, 2, 'the end of a row does not touch the next row');
});

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
