import t from 'tap';
import { composeLayers } from './compose.ts';
import { drawPicture, renderImage } from './render-scene.ts';
import type { SceneKey } from './scene.ts';

const SIZE = { heightPx: 96, widthPx: 128 };

/** Keys that between them show every number of animals. */
function keys(count: number): SceneKey[] {
  return Array.from({ length: count }, (_, i) => ({
    domain: i % 2 === 0 ? 'A' : 'B',
    split: 'train',
    index: i >> 1,
    seed: 11,
    ...SIZE,
  }));
}

t.test('masks are 0 or 255, disjoint, large enough and sorted, one for each animal', async (t) => {
  for (const key of keys(16)) {
    const { scene, masks } = await drawPicture(key);
    t.equal(masks.length, scene.animals.length);
    const areas = masks.map((mask) => mask.filter((value) => value > 127).length);
    t.same(
      areas,
      areas.toSorted((a, b) => b - a),
      'the largest comes first',
    );
    t.ok(Math.min(...areas) >= 0.003 * SIZE.heightPx * SIZE.widthPx, `no animal is a speck: ${areas}`);
    t.ok(masks.every((mask) => mask.every((value) => value === 0 || value === 255)));
    const owners = masks[0]!.map((_, p) => masks.filter((mask) => mask[p] === 255).length);
    t.ok(
      owners.every((count) => count <= 1),
      'no pixel belongs to two animals',
    );
  }
});

t.test(
  'a mask is what changes when its animal is taken out of the scene, or models would learn wrong borders',
  async (t) => {
    for (const key of keys(8)) {
      const { scene, image, masks } = await drawPicture(key);
      const layers = composeLayers(scene);
      for (let i = 0; i < scene.animals.length; i++) {
        const without = await renderImage(
          scene,
          layers.filter((layer) => !(layer.kind === 'animal' && layer.animal === i)),
        );
        const change = masks[0]!.map((_, p) =>
          Math.max(...[0, 1, 2].map((c) => Math.abs((image[3 * p + c] as number) - (without[3 * p + c] as number)))),
        );
        const changedIn = (mask: Uint8Array) => mask.filter((value, p) => value === 255 && change[p]! > 0).length;
        const mask = masks.toSorted((a, b) => changedIn(b) - changedIn(a))[0]!;
        const area = mask.filter((value) => value === 255).length;
        t.ok(changedIn(mask) >= 0.97 * area, `${changedIn(mask)} of ${area} mask pixels change`);
        t.ok(
          change.every((value, p) => value <= 130 || mask[p] === 255),
          'what changes by more than half lies in the mask',
        );
        const stray = change.filter((value, p) => value > 0 && !isNearMask(mask, p)).length;
        t.ok(stray <= 0.03 * area + 2, `${stray} changed pixels lie away from a mask of ${area}`);
      }
    }
  },
);

t.test('the same key gives the same bytes', async (t) => {
  const [key] = keys(1) as [SceneKey];
  const [first, second] = [await drawPicture(key), await drawPicture(key)];
  t.same(first.image, second.image);
  t.same(first.masks, second.masks);
});

t.test('sizes from 32 to 1024 and long shapes work, with every animal visible', async (t) => {
  const sizes = [
    [32, 32],
    [32, 256],
    [256, 32],
    [300, 200],
    [1024, 1024],
  ] as const;
  for (const [heightPx, widthPx] of sizes) {
    const { image, masks } = await drawPicture({ domain: 'B', split: 'test', index: 3, seed: 2, heightPx, widthPx });
    t.equal(image.length, heightPx * widthPx * 3);
    t.ok(masks.length >= 1 && masks.every((mask) => mask.length === heightPx * widthPx && mask.includes(255)));
  }
});

function isNearMask(mask: Uint8Array, p: number): boolean {
  const [x, y] = [p % SIZE.widthPx, Math.floor(p / SIZE.widthPx)];
  for (let dy = -1; dy <= 1; dy++) {
    for (let dx = -1; dx <= 1; dx++) {
      const inside = x + dx >= 0 && x + dx < SIZE.widthPx && y + dy >= 0 && y + dy < SIZE.heightPx;
      if (inside && mask[(y + dy) * SIZE.widthPx + x + dx] === 255) return true;
    }
  }
  return false;
}
