import t from 'tap';
import { ObjectSides } from './object-sides.ts';

function sampleOf(sides: readonly (readonly [width: number, height: number])[]) {
  const [width, height] = [30, 20];
  const masks = sides.map(([w, h]) =>
    Float32Array.from({ length: width * height }, (_, i) => (i % width < w && Math.floor(i / width) < h ? 1 : -1)),
  );
  return { name: 'sample', width, height, image: new Float32Array(0), masks };
}

t.test('the median side of the objects that were seen goes through a checkpoint', async (t) => {
  const sides = new ObjectSides();
  t.equal(sides.medianPx('A'), undefined);
  sides.add(
    'A',
    sampleOf([
      [3, 5],
      [9, 2],
      [0, 0],
    ]),
  );
  sides.add('A', sampleOf([[7, 7]]));
  sides.add('B', { ...sampleOf([[1, 1]]), truth: { masks: sampleOf([[12, 1]]).masks, targets: [] } });
  t.equal(sides.medianPx('A'), 7);
  t.equal(sides.medianPx('B'), 12, 'of masks that were jittered, the true ones count');
  const json = sides.toJson();
  t.same(json, { A: { 5: 1, 7: 1, 9: 1 }, B: { 12: 1 } });
  const restored = ObjectSides.fromJson(json);
  restored.add(
    'A',
    sampleOf([
      [9, 9],
      [9, 1],
    ]),
  );
  t.equal(restored.medianPx('A'), 9, 'a resumed training goes on counting');
  for (const other of [undefined, 3, null, { A: 3 }, { A: { x: 1, 5: 'a' } }]) {
    t.equal(ObjectSides.fromJson(other).medianPx('A'), undefined);
  }
});
