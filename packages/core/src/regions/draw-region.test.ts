import t from 'tap';
import type { Box } from '../data/box.ts';
import { createRng } from '../random/rng.ts';
import { drawRegion } from './draw-region.ts';

const size = { width: 96, height: 64 };
const image = { width: 1000, height: 800 };
const box = (left: number, top: number, width: number, height: number): Box => ({ left, top, width, height });

t.test('a region is drawn around each object, with room and in the shape of what is trained on', async (t) => {
  const boxes = [box(100, 100, 150, 100), null, box(600, 500, 60, 90), box(10, 10, 2, 2)];
  const drawn = new Set<number>();
  let flips = 0;
  const rng = createRng(1, 'test');
  let wrong = 0;
  for (let i = 0; i < 300; i++) {
    const region = drawRegion(boxes, { size, image, augment: true, rng })!;
    drawn.add(region.object);
    if (region.flip) flips++;
    const own = boxes[region.object] as Box;
    const fill = Math.max(own.width / region.box.width, own.height / region.box.height);
    const shape = region.box.width / region.box.height;
    const isInside =
      region.box.left <= own.left &&
      region.box.top <= own.top &&
      region.box.left + region.box.width >= own.left + own.width &&
      region.box.top + region.box.height >= own.top + own.height;
    if (fill < 0.39 || fill > 0.6 || Math.abs(shape - 1.5) > 0.05 || !isInside) wrong++;
  }
  t.equal(wrong, 0);
  t.same([...drawn].sort(), [0, 2], 'not around one that would be a blur');
  t.ok(flips > 100 && flips < 200);
});

t.test('without augmentation it lies around the largest object, always the same', async (t) => {
  const boxes = [box(300, 300, 60, 40), box(100, 100, 120, 80)];
  const region = drawRegion(boxes, { size, image, augment: false, rng: createRng(2) });
  t.same(region, { box: box(40, 60, 240, 160), object: 1, flip: false });
});

t.test('one that is small is better than none, and none is told', async (t) => {
  const options = { size, image, augment: true, rng: createRng(3) };
  t.match(drawRegion([box(5, 5, 2, 2), box(9, 9, 1, 1)], options), { object: 0 });
  t.equal(drawRegion([null], options), null);
});
