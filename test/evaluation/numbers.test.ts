import { readFileSync } from 'node:fs';
import {
  bootstrapMean,
  checkerboardEnergy,
  greyShare,
  type ImageFeatures,
  intersectionOverUnion,
  kernelDistance,
  meanWithin,
  nearestShapes,
  piecesOf,
  psnr,
  sharpness,
  ssimMap,
} from '@instagan/core/evaluation';
import t, { type Test } from 'tap';

// Made by scikit-image, scikit-learn, SciPy and torchmetrics: make_numbers.py beside it says how.
const NUMBERS = JSON.parse(
  readFileSync(new URL('../fixtures/evaluation/numbers.json', import.meta.url), 'utf8'),
) as Record<string, never>;

const number = (name: string): number => NUMBERS[name] as number;
const bytes = (name: string): Uint8Array => new Uint8Array(Buffer.from(NUMBERS[name] as string, 'base64'));
const floats = (name: string): Float32Array => new Float32Array(bytes(name).buffer);

/** Parts of equal length. */
function parts<T extends Uint8Array | Float32Array>(values: T, length: number): T[] {
  return Array.from({ length: values.length / length }, (_, i) => values.slice(i * length, (i + 1) * length) as T);
}

function close(t: Test, found: number, wanted: number, tolerance = 1e-6) {
  t.ok(Math.abs(found - wanted) <= tolerance * Math.max(1, Math.abs(wanted)), `${found} is ${wanted}`);
}

const size = { width: number('width'), height: number('height') };
const [image, other, region] = [bytes('image'), bytes('other'), bytes('region')];
const everywhere = new Uint8Array(region.length).fill(1);

t.test('PSNR and SSIM of an image and of a region are those of scikit-image and SciPy', async (t) => {
  close(t, psnr(image, other, region), number('psnr'));
  close(t, meanWithin(ssimMap(image, other, size, everywhere), everywhere), number('ssimEverywhere'));
  close(t, meanWithin(ssimMap(image, other, size, region), region), number('ssimRegion'));
});

t.test('sharpness is the variance of the Laplacian as SciPy has it', async (t) => {
  close(t, sharpness(image, size, region), number('sharpness'));
});

t.test('figures of a soft mask are those of NumPy, SciPy, scikit-image and scikit-learn', async (t) => {
  const mask = floats('softMask');
  close(t, greyShare(mask), number('greyShare'));
  close(t, checkerboardEnergy(mask, size), number('checkerboardEnergy'));
  t.ok(number('pieces') > 1, 'there are several pieces to count');
  t.equal(piecesOf(mask, size), number('pieces'));
  close(
    t,
    intersectionOverUnion(
      Uint8Array.from(mask, (value) => Number(value > 0)),
      region,
    ),
    number('iou'),
  );
});

t.test('KID is that of torchmetrics', async (t) => {
  const set = (name: string): ImageFeatures[] =>
    parts(floats(name), number('features')).map((features, image) => ({ image, features }));
  close(t, kernelDistance(set('made'), set('real'), 1).value, number('kernelDistance'), 1e-5);
});

t.test('the nearest training shapes are those of scikit-learn', async (t) => {
  const shapes = (name: string) => parts(bytes(name), 32 * 32);
  const wanted = NUMBERS.nearest as unknown as { index: number; iou: number }[];
  const found = nearestShapes(shapes('shapes'), shapes('training'));
  t.same(
    found.map(({ index }) => index),
    wanted.map(({ index }) => index),
  );
  for (const [i, { iou }] of found.entries()) close(t, iou, wanted[i]!.iou);
});

t.test('the interval of a mean is that of SciPy, to what chance leaves open', async (t) => {
  const { value, low, high } = bootstrapMean(NUMBERS.values, 1);
  const values = NUMBERS.values as number[];
  close(t, value, values.reduce((sum, each) => sum + each, 0) / values.length);
  const wanted = NUMBERS.interval as unknown as [number, number];
  close(t, low, wanted[0], 0.03);
  close(t, high, wanted[1], 0.03);
});
