import { type BoxedMask, boxOfMask, trimmedMask, wholeMask } from '@instagan/core';
import t from 'tap';
import { assign } from './assign.ts';
import { InstanceTracker, type TrackedInstance } from './instance-tracker.ts';

const [WIDTH, HEIGHT] = [48, 32];
const SIZE = { width: WIDTH, height: HEIGHT };

interface Box {
  readonly x: number;
  readonly y: number;
  readonly size: number;
  readonly colour: readonly [number, number, number];
}

const RED = [220, 30, 30] as const;
const BLUE = [30, 30, 220] as const;

/** A frame with squares, and the mask of each. */
function scene(boxes: readonly Box[]) {
  const data = new Uint8Array(WIDTH * HEIGHT * 3).fill(100);
  const masks = boxes.map(({ x, y, size, colour }) => {
    const mask = new Float32Array(WIDTH * HEIGHT).fill(-1);
    for (let row = Math.max(0, y); row < Math.min(HEIGHT, y + size); row++) {
      for (let column = Math.max(0, x); column < Math.min(WIDTH, x + size); column++) {
        mask[row * WIDTH + column] = 1;
        data.set(colour, (row * WIDTH + column) * 3);
      }
    }
    return mask;
  });
  return { frame: { width: WIDTH, height: HEIGHT, channels: 3, data }, masks };
}

function step(tracker: InstanceTracker, boxes: readonly Box[]): TrackedInstance[] {
  const { frame, masks } = scene(boxes);
  return tracker.update(frame, masks);
}

function centreX({ mask }: TrackedInstance): number {
  const columns = [...wholeMask(mask, SIZE)].flatMap((value, i) => (value > 0 ? [i % WIDTH] : []));
  return columns.reduce((sum, column) => sum + column, 0) / columns.length;
}

t.test('the best pairs are found, not the first ones', async (t) => {
  t.same(
    assign([
      [0.9, 0.8],
      [0.85, 0.1],
    ]),
    [1, 0],
  );
  t.same(assign([[0.2], [0.7], [0]]), [-1, 0, -1], 'more rows than columns');
  t.same(assign([[0, 0.1, 0.6]]), [2], 'more columns than rows');
  t.same(assign([[0, 0]]), [-1], 'what does not fit at all stays apart');
  t.same(assign([]), []);
});

t.test('instances keep their numbers and order when they cross and when the segmenter lists them anew', async (t) => {
  const tracker = new InstanceTracker();
  for (let i = 0; i < 12; i++) {
    const red = { x: 2 + 3 * i, y: 4, size: 9, colour: RED };
    const blue = { x: 36 - 3 * i, y: 12, size: 8, colour: BLUE };
    const found = step(tracker, i % 2 === 0 ? [red, blue] : [blue, red]);
    t.same(
      found.map(({ id }) => id),
      [0, 1],
    );
    t.ok(Math.abs(centreX(found[0] as TrackedInstance) - (red.x + 4)) <= 1.5, `red in frame ${i}`);
    t.ok(Math.abs(centreX(found[1] as TrackedInstance) - (blue.x + 3.5)) <= 1.5, `blue in frame ${i}`);
  }
});

t.test('an instance that is not found for two frames goes on where it was heading', async (t) => {
  const tracker = new InstanceTracker();
  for (let i = 0; i < 6; i++) step(tracker, [{ x: 3 + 2 * i, y: 8, size: 10, colour: RED }]);
  const first = step(tracker, []);
  t.match(first, [{ id: 0, isSeen: false }]);
  t.ok(Math.abs(centreX(first[0] as TrackedInstance) - (3 + 12 + 4.5)) <= 1);
  step(tracker, []);
  t.match(step(tracker, [{ x: 3 + 16, y: 8, size: 10, colour: RED }]), [{ id: 0, isSeen: true }]);
});

t.test('after a longer absence it gets its number back, and another object gets another', async (t) => {
  const tracker = new InstanceTracker({ bridgeFrames: 1 });
  for (let i = 0; i < 4; i++) step(tracker, [{ x: 10, y: 8, size: 10, colour: RED }]);
  for (let i = 0; i < 8; i++) t.equal(step(tracker, []).length, i < 1 ? 1 : 0);
  const found = step(tracker, [
    { x: 12, y: 9, size: 10, colour: RED },
    { x: 30, y: 9, size: 10, colour: BLUE },
  ]);
  t.same(
    found.map(({ id }) => id),
    [0, 1],
  );
});

t.test('what flickers for one frame leaves no trace in the mask', async (t) => {
  const tracker = new InstanceTracker();
  const box = { x: 10, y: 8, size: 12, colour: RED };
  for (let i = 0; i < 5; i++) step(tracker, [box]);
  const { frame, masks } = scene([box]);
  const holed = Float32Array.from(masks[0] as Float32Array);
  for (let y = 12; y < 15; y++) for (let x = 14; x < 17; x++) holed[y * WIDTH + x] = -1;
  const [tracked] = tracker.update(frame, [holed]);
  t.same(tracked?.mask, trimmedMask(masks[0] as Float32Array, SIZE), 'a hole of one frame is closed');
  const [raw] = new InstanceTracker({ maskSmoothing: 0 }).update(frame, [holed]);
  t.same(raw?.mask, trimmedMask(holed, SIZE), 'without smoothing masks are as they were found');
});

t.test('a cut ends numbers and masks; a flash does not', async (t) => {
  const tracker = new InstanceTracker({ maskSmoothing: 0.9 });
  const [round, square] = [
    scene([{ x: 8, y: 6, size: 14, colour: RED }]),
    scene([{ x: 12, y: 10, size: 18, colour: RED }]),
  ];
  for (let i = 0; i < 5; i++) tracker.update(round.frame, round.masks, 0);
  const flash = tracker.update(scene([]).frame, [], 1);
  t.same(flash, [], 'nothing is carried over');
  t.match(tracker.update(round.frame, round.masks, 0), [{ id: 0, isSeen: true }]);
  const [first, ...others] = tracker.update(square.frame, square.masks, 2);
  t.same(others, []);
  t.match(
    first,
    { id: 1, mask: trimmedMask(square.masks[0] as Float32Array, SIZE) },
    'the mask is that of its own frame at once',
  );
});

t.test(
  'masks are smoothed as by a mean of the whole frame, at its edge too, in bytes, in values and in boxes',
  async (t) => {
    const past = 0.8;
    const tracker = () => new InstanceTracker({ maskSmoothing: past });
    const [values, bytes, boxed] = [tracker(), tracker(), tracker()];
    // Leaves the frame on the left and grows.
    const boxes = Array.from({ length: 9 }, (_, i) => ({ x: 12 - 3 * i, y: 4 + i, size: 10 + (i % 3), colour: RED }));
    let mean: number[] = [];
    let centre = [0, 0];
    for (const [i, square] of boxes.entries()) {
      const { frame, masks } = scene([square]);
      const mask = masks[0] as Float32Array;
      const pixels = [...mask].flatMap((value, at) => (value > 0 ? [at] : []));
      if (pixels.length === 0) break;
      const now = [
        pixels.reduce((sum, at) => sum + (at % WIDTH), 0) / pixels.length,
        pixels.reduce((sum, at) => sum + Math.floor(at / WIDTH), 0) / pixels.length,
      ];
      const [moveX = 0, moveY = 0] = now.map((value, axis) => Math.round(value - (centre[axis] as number)));
      mean = [...mask].map((value, at) => {
        const [x, y] = [(at % WIDTH) - moveX, Math.floor(at / WIDTH) - moveY];
        const before = x < 0 || x >= WIDTH || y < 0 || y >= HEIGHT ? -1 : (mean[y * WIDTH + x] as number);
        return i === 0 ? value : Math.fround(past * before + (1 - past) * value);
      });
      centre = now;
      const expected = Float32Array.from(mean, (value) => (value > 0 ? 1 : -1));
      const [found] = values.update(frame, masks);
      t.match(found, { id: 0, isSeen: true });
      t.same(found?.mask.box, boxOfMask(expected, SIZE), `frame ${i}`);
      t.same(wholeMask((found as TrackedInstance).mask, SIZE), expected);
      const asBytes = masks.map((each) => Uint8Array.from(each, (value) => (value > 0 ? 255 : 0)));
      t.same(bytes.update(frame, asBytes), [found]);
      const inBoxes = asBytes.map((each) => trimmedMask(each, SIZE) as BoxedMask);
      t.same(boxed.update(frame, inBoxes), [found]);
    }
  },
);

t.test('an empty mask is no instance', async (t) => {
  const tracker = new InstanceTracker();
  t.same(tracker.update(scene([]).frame, [new Float32Array(WIDTH * HEIGHT).fill(-1)]), []);
});
