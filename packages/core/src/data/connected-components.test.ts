import t from 'tap';
import { connectedComponents } from './connected-components.ts';

/** A mask drawn as text: `#` is object. */
function drawn(...rows: readonly string[]): { mask: Uint8Array; width: number; height: number } {
  return {
    mask: Uint8Array.from(rows.join(''), (sign) => (sign === '#' ? 1 : 0)),
    width: rows[0]?.length ?? 0,
    height: rows.length,
  };
}

t.test('parts of a mask are told apart, and whether corners connect is a choice', async (t) => {
  const { mask, width, height } = drawn('##..#', '##.#.', '.....', '#...#');
  const eight = connectedComponents(mask, width, height, 8);
  t.equal(eight.labels.join(''), ['11002', '11020', '00000', '30004'].join(''));
  t.same([eight.count, eight.areasPx], [4, [12, 4, 2, 1, 1]]);
  t.equal(connectedComponents(mask, width, height, 4).count, 5);
  t.equal(connectedComponents(new Uint8Array(20), 5, 4, 8).count, 0, 'an empty mask has none');
  const wide = drawn('#....', '....#');
  t.equal(connectedComponents(wide.mask, 5, 2, 8).count, 2, 'the end of a row does not touch the next row');
});
