import t from 'tap';
import { createRng } from '../random/rng.ts';
import { jitterMasks } from './jitter-masks.ts';

const size = { width: 64, height: 48 };

function disc(x: number, y: number, radius: number): Float32Array {
  return Float32Array.from({ length: size.width * size.height }, (_, i) =>
    Math.hypot((i % size.width) - x, Math.floor(i / size.width) - y) <= radius ? 1 : -1,
  );
}

const masks = [disc(16, 20, 10), disc(46, 24, 12)];
const area = (mask: Float32Array) => mask.filter((value) => value > 0).length;

/** Intersection over union of the unions. */
function overlap(a: readonly Float32Array[], b: readonly Float32Array[]): number {
  let [both, either] = [0, 0];
  for (let i = 0; i < size.width * size.height; i++) {
    const [inA, inB] = [a, b].map((all) => all.some((mask) => (mask[i] as number) > 0));
    if (inA && inB) both++;
    if (inA || inB) either++;
  }
  return both / either;
}

t.test('at strength 0 nothing happens', async (t) => {
  t.same(jitterMasks(masks, size, 0, createRng(1)), { masks, targets: masks });
});

t.test('objects are missed and merged now and then, and never all of them', async (t) => {
  const counts = Array.from({ length: 200 }, (_, i) => jitterMasks(masks, size, 1, createRng(2, i)).masks.length);
  t.ok(counts.every((count) => count === 1 || count === 2));
  const single = counts.filter((count) => count === 1).length;
  t.ok(single > 60 && single < 150, `${single} of 200 have one instance left`);
  for (let i = 0; i < 50; i++) {
    const [only] = jitterMasks([disc(30, 20, 1)], size, 1, createRng(3, i)).masks;
    t.ok(area(only as Float32Array) > 0, 'no instance becomes empty');
  }
});

t.test('outlines are jittered as much as the strength says, both ways', async (t) => {
  const mean = (strength: number) => {
    const overlaps = Array.from({ length: 60 }, (_, i) =>
      overlap([masks[1]!], jitterMasks([masks[1]!], size, strength, createRng(4, i)).masks),
    );
    return overlaps.reduce((sum, value) => sum + value, 0) / overlaps.length;
  };
  const [weak, strong] = [mean(0.3), mean(1)];
  t.ok(weak > 0.88 && weak < 0.99, `IoU ${weak} at 0.3`);
  t.ok(strong > 0.55 && strong < 0.85, `IoU ${strong} at 1`);
  const areas = Array.from({ length: 40 }, (_, i) =>
    area(jitterMasks([masks[1]!], size, 1, createRng(5, i)).masks[0] as Float32Array),
  );
  const own = area(masks[1]!);
  t.ok(areas.some((value) => value > 1.15 * own) && areas.some((value) => value < 0.85 * own), 'wider and narrower');
  t.ok(
    jitterMasks(masks, size, 1, createRng(6)).masks.every((mask) => mask.every((value) => Math.abs(value) === 1)),
    'masks stay -1 and 1',
  );
});

t.test('each jittered mask comes with the objects that it stands for, whole', async (t) => {
  const union = masks[0]!.map((value, i) => Math.max(value, masks[1]![i] as number));
  const objects = { first: masks[0]!, second: masks[1]!, both: union };
  const seen = new Set<string>();
  for (let i = 0; i < 60; i++) {
    const { masks: jittered, targets } = jitterMasks(masks, size, 1, createRng(8, i));
    t.equal(jittered.length, targets.length);
    for (const [m, target] of targets.entries()) {
      const [name] =
        Object.entries(objects).find(([, object]) => object.every((value, p) => value === target[p])) ?? [];
      t.ok(name, 'a target is an object, or two of them');
      seen.add(name as string);
      t.ok(overlap([target], [jittered[m]!]) > 0.3, 'and the jittered mask lies there');
    }
  }
  t.same([...seen].sort(), ['both', 'first', 'second']);
});

t.test('the same random state jitters alike: a resumed run sees the same masks', async (t) => {
  t.same(jitterMasks(masks, size, 0.7, createRng(7)), jitterMasks(masks, size, 0.7, createRng(7)));
});
