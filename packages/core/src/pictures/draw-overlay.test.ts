import t from 'tap';
import { INSTANCE_COLOURS } from './contact-sheet.ts';
import { drawOverlay } from './draw-overlay.ts';

const [WIDTH, HEIGHT] = [80, 60];

t.test('a person sees which pixels belong to which mask file', async (t) => {
  const disc = (x: number, radius: number) =>
    Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) =>
      ((i % WIDTH) - x) ** 2 + (Math.floor(i / WIDTH) - 30) ** 2 <= radius ** 2 ? 255 : 0,
    );
  const masks = [disc(25, 18), disc(65, 12)];
  const picture = { width: WIDTH, height: HEIGHT, data: new Uint8Array(WIDTH * HEIGHT * 3).fill(100) };
  const { data } = drawOverlay(picture, masks);
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

t.test('a picture without objects, or with an empty mask, stays as it is', async (t) => {
  const picture = { width: 4, height: 4, data: new Uint8Array(48).fill(7) };
  t.same(drawOverlay(picture, []).data, picture.data);
  t.same(drawOverlay(picture, [new Uint8Array(16)]).data, picture.data);
});

t.test('a mask file keeps its number where others are missing', async (t) => {
  const picture = { width: 12, height: 12, data: new Uint8Array(432) };
  const masks = [new Uint8Array(144).fill(255)];
  const { data } = drawOverlay(picture, masks, [2]);
  t.ok(data.join().includes(INSTANCE_COLOURS[2]!.join()), 'in the colour of its number');
  t.notOk(data.join().includes(INSTANCE_COLOURS[0]!.join()));
});
