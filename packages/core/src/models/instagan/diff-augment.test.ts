import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from '../../backends/registry.ts';
import { type InstanceSet, joinSamples } from '../../networks/instance-set.ts';
import { inScope } from '../../ops/in-scope.ts';
import { createRng } from '../../random/rng.ts';
import { tinySample } from '../../training/test-support/tiny-training.ts';
import { uploadSamples } from './device-samples.ts';
import {
  augmented,
  augmentedMasks,
  type DiffAugmentPolicy,
  type DrawnAugmentation,
  drawAugmentation,
  uploadAugmentation,
} from './diff-augment.ts';

const backend = await openBackend('cpu');
t.teardown(() => backend.close());

const SIZE = { height: 16, width: 24 };
const STILL: DrawnAugmentation = {
  ...{ brightness: 0, saturation: 1, contrast: 1 },
  ...{ shift: { down: 0, right: 0 }, cut: { y: 16, x: 24 } },
};

/** Two samples, with two masks and one. */
function batch(): InstanceSet {
  const samples = [tinySample('a', 2, SIZE.width, SIZE.height), tinySample('b', 1, SIZE.width, SIZE.height)];
  return joinSamples(uploadSamples(samples));
}

/** Values by row, column and channel. */
type Values = number[][][][];

function after(policy: DiffAugmentPolicy, changes: Partial<DrawnAugmentation>[]) {
  return inScope(() => {
    const set = batch();
    const drawn = changes.map((change) => ({ ...STILL, ...change }));
    const augmentation = uploadAugmentation(policy, drawn, SIZE);
    const result = augmented(set, augmentation);
    const values = (tensor: tf.Tensor4D): Values => tensor.arraySync();
    return {
      before: { image: values(set.image), masks: values(set.masks) },
      image: values(result.image),
      masks: values(result.masks),
      earlier: values(augmentedMasks(set.masks, set.counts, augmentation)),
    };
  });
}

t.test('draws stay within their ranges, reach their ends, and are the same for the same seed and step', async (t) => {
  const draws = (step: number) => {
    const rng = createRng(3, 'diff-augment', step);
    return Array.from({ length: 400 }, () => drawAugmentation(rng, SIZE));
  };
  const drawn = draws(5);
  t.same(drawn, draws(5));
  t.notSame(drawn, draws(6));
  const ends = (value: (each: DrawnAugmentation) => number) => {
    const values = drawn.map(value);
    return [Math.min(...values), Math.max(...values)] as const;
  };
  t.same(
    ends(({ shift }) => shift.down),
    [-2, 2],
    'an eighth of the height',
  );
  t.same(
    ends(({ shift }) => shift.right),
    [-3, 3],
    'and of the width',
  );
  t.same(
    ends(({ cut }) => cut.y),
    [0, 16],
  );
  t.same(
    ends(({ cut }) => cut.x),
    [0, 24],
  );
  for (const [name, low, high] of [
    ['brightness', -0.5, 0.5],
    ['saturation', 0, 2],
    ['contrast', 0.5, 1.5],
  ] as const) {
    const [least, most] = ends((each) => each[name]);
    t.ok(least >= low && least < low + 0.05 && most < high && most > high - 0.05, `${name}: ${least} to ${most}`);
  }
});

t.test('without a policy nothing is computed', async (t) => {
  const set = batch();
  t.equal(uploadAugmentation('none', [STILL, STILL], SIZE), undefined);
  t.equal(augmented(set, undefined), set);
  t.equal(augmentedMasks(set.masks, set.counts, undefined), set.masks);
  tf.dispose([set.image, set.masks]);
});

t.test('an image and all of its masks move together; grey and background come in', async (t) => {
  const shifts = [
    { down: 2, right: -3 },
    { down: 0, right: 1 },
  ];
  const { before, image, masks, earlier } = after(
    'translation',
    shifts.map((shift) => ({ shift, brightness: 0.4 })),
  );
  const moved = (values: Values, owners: readonly number[], fill: number) =>
    values.map((rows, i) =>
      rows.map((row, y) =>
        row.map((channels, x) => {
          const { down, right } = shifts[owners[i] as number]!;
          return rows[y - down]?.[x - right] ?? channels.map(() => fill);
        }),
      ),
    );
  t.same(image, moved(before.image, [0, 1], 0));
  t.same(masks, moved(before.masks, [0, 0, 1], -1));
  t.same(earlier, masks, 'as the masks of earlier chunks do');
});

t.test('what is cut out of an image is cut out of all of its masks', async (t) => {
  const { before, image, masks, earlier } = after('translation,cutout', [
    { cut: { y: 3, x: 12 } },
    { cut: { y: 16, x: 24 } },
  ]);
  // Half of the sides, around the middle: rows -1 to 6, columns 6 to 17 of the first sample; 12 to 15 and 18 to 23 of the other.
  const isCut = (sample: number, y: number, x: number) =>
    sample === 0 ? y < 7 && x >= 6 && x < 18 : y >= 12 && x >= 18;
  const expected = (values: Values, owners: readonly number[], fill: number) =>
    values.map((rows, i) =>
      rows.map((row, y) =>
        row.map((channels, x) => channels.map((value) => (isCut(owners[i] as number, y, x) ? fill : value))),
      ),
    );
  t.same(image, expected(before.image, [0, 1], 0));
  t.same(masks, expected(before.masks, [0, 0, 1], -1));
  t.same(earlier, masks);
});

t.test('colours change in images alone', async (t) => {
  const shown = { cut: { y: 40, x: 40 } };
  const { before, image, masks } = after('color,translation,cutout', [
    { ...shown, brightness: 0.25 },
    { ...shown, saturation: 0, contrast: 0.5 },
  ]);
  t.same(masks, before.masks);
  const [bright, grey] = image as [Values[0], Values[0]];
  const [plain, coloured] = before.image as [Values[0], Values[0]];
  const near = (a: number, b: number) => Math.abs(a - b) < 1e-5;
  t.ok(
    bright.flat(2).every((value, i) => near(value, (plain.flat(2)[i] as number) + 0.25)),
    'brighter',
  );
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const whole = mean(coloured.flat(2));
  const pixels = coloured.flat();
  t.ok(
    grey.flat().every((channels, i) => channels.every((value) => near(value, whole + (mean(pixels[i]!) - whole) / 2))),
    'grey, and half as far from the mean',
  );
});
