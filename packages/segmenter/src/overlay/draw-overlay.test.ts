import { INSTANCE_COLOURS } from '@instagan/core';
import t from 'tap';
import { splitMask } from '../instances/split-mask.ts';
import { discs } from '../instances/test-support.ts';
import { drawOverlay } from './draw-overlay.ts';

const [WIDTH, HEIGHT] = [80, 60];

t.test('a person sees which pixels belong to which mask file', async (t) => {
  const object = discs(WIDTH, HEIGHT, [25, 30, 18], [65, 30, 12]);
  const mask = Float32Array.from(object, (value) => (value === 0 ? -1 : 1));
  const split = splitMask({ width: WIDTH, height: HEIGHT, mask, depth: null });
  const picture = { width: WIDTH, height: HEIGHT, data: new Uint8Array(WIDTH * HEIGHT * 3).fill(100) };
  const { data } = drawOverlay(picture, split);
  const at = (x: number, y: number) => [...data.subarray(3 * (y * WIDTH + x), 3 * (y * WIDTH + x) + 3)];
  t.same(at(2, 2), [100, 100, 100], 'the background is as it was');
  t.same(at(25 - 18, 30), [...INSTANCE_COLOURS[0]!], 'the outline has the colour of the instance');
  t.same(at(65 - 12, 30), [...INSTANCE_COLOURS[1]!], 'each has its own');
  const tinted = INSTANCE_COLOURS[0]!.map((value) => Math.round(70 + 0.3 * value));
  t.same(at(25, 18), tinted, 'the picture shows through');
  t.same(at(25 - 2, 30 - 3), [20, 20, 24], 'the number stands on a plate');
  t.same(at(25, 30 - 2), [...INSTANCE_COLOURS[0]!], 'a digit is drawn');
  t.ok(
    picture.data.every((value) => value === 100),
    'the picture itself is not changed',
  );
});

t.test('a picture without objects stays as it is', async (t) => {
  const split = splitMask({ width: 4, height: 4, mask: new Float32Array(16).fill(-1), depth: null });
  t.same(
    drawOverlay({ width: 4, height: 4, data: new Uint8Array(48).fill(7) }, split).data,
    new Uint8Array(48).fill(7),
  );
});
