import { boxedMask, createRng } from '@instagan/core';
import t from 'tap';
import { estimateMotion, pyramidOf } from './estimate-motion.ts';
import { type BlendableFrame, FrameBlender } from './frame-blender.ts';
import { greyOf } from './grey-image.ts';
import type { Motion } from './motion.ts';
import { seenInBoth } from './seen-in-both.ts';
import { WarpingErrorMeter } from './warping-error.ts';

const [WIDTH, HEIGHT] = [96, 64];
const SIZE = { width: WIDTH, height: HEIGHT };
type Colour = (x: number, y: number) => number;

/** Soft blotches without a pattern that repeats. */
function blotches(seed: number): Colour {
  const rng = createRng(seed, 'motion-test');
  const waves = Array.from(
    { length: 12 },
    () => [rng.uniform() - 0.5, rng.uniform() - 0.5, 6 * rng.uniform()] as const,
  );
  return (x, y) => waves.reduce((sum, [fx, fy, phase]) => sum + 9 * Math.sin(fx * x + fy * y + phase), 128);
}

function picture(colour: Colour): Uint8Array {
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let i = 0; i < data.length; i++) {
    const pixel = Math.floor(i / 3);
    data[i] = Math.round(colour(pixel % WIDTH, Math.floor(pixel / WIDTH)));
  }
  return data;
}

/** A square of its own texture at (x, 20) before another texture. */
const [MEADOW, FLEECE] = [blotches(1), blotches(2)];
const isSquare = (left: number, x: number, y: number) => x >= left && x < left + 24 && y >= 20 && y < 44;
const scene = (left: number) => picture((x, y) => (isSquare(left, x, y) ? FLEECE(x - left, y) : MEADOW(x, y)));
const maskAt = (left: number) =>
  Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => (isSquare(left, i % WIDTH, Math.floor(i / WIDTH)) ? 1 : -1));

function motionBetween(from: Uint8Array, to: Uint8Array): Motion {
  const [a, b] = [from, to].map((pixels) => pyramidOf(greyOf(pixels, WIDTH, HEIGHT, 3)));
  return estimateMotion(a ?? [], b ?? [], SIZE);
}

/** Mean distance from the truth where a test holds. */
function meanMiss(motion: Motion, holds: (x: number, y: number) => boolean, dx: number, dy: number): number {
  const misses: number[] = [];
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const i = y * WIDTH + x;
      if (holds(x, y)) misses.push(Math.hypot((motion.dx[i] as number) - dx, (motion.dy[i] as number) - dy));
    }
  }
  return misses.reduce((sum, miss) => sum + miss, 0) / misses.length;
}

t.test('the motion of a camera and of what walks before it is found to a fraction of a pixel', async (t) => {
  const isInside = (x: number, y: number) => x > 12 && x < WIDTH - 13 && y > 12 && y < HEIGHT - 13;
  const panned = motionBetween(
    picture(MEADOW),
    picture((x, y) => MEADOW(x - 5.5, y + 3.25)),
  );
  t.ok(meanMiss(panned, isInside, 5.5, -3.25) < 0.1);
  const walked = motionBetween(scene(40), scene(34));
  t.ok(meanMiss(walked, (x, y) => isSquare(44, x, y) && x < 60 && y > 24 && y < 40, -6, 0) < 0.1);
  t.ok(meanMiss(walked, (x) => x > 76, 0, 0) < 0.1, 'and the meadow stands still');
});

t.test('what comes out from behind something is not taken for seen before', async (t) => {
  const [now, before] = [scene(40), scene(34)];
  const seen = seenInBoth(motionBetween(now, before), motionBetween(before, now));
  const share = (test: (x: number, y: number) => boolean) => {
    const chosen = [...seen].filter((_, i) => test(i % WIDTH, Math.floor(i / WIDTH)));
    return chosen.filter((value) => value === 1).length / chosen.length;
  };
  t.ok(share((x, y) => x >= 35 && x < 39 && y > 22 && y < 42) < 0.35, 'uncovered behind the square');
  t.ok(share((x, y) => isSquare(44, x, y) && x < 60 && y > 24 && y < 40) > 0.9);
  t.ok(share((x) => x > 76) > 0.9);
});

/** A frame whose translation is the original, darker and flickering from frame to frame. */
function flickering(frame: number, left: number): BlendableFrame {
  const original = scene(left);
  const translated = original.map((value) => value * 0.8 + (frame % 2 === 0 ? 8 : -8));
  const mask = boxedMask(maskAt(left), SIZE);
  return { original, translated, instances: [{ id: 0, mask }], masks: [mask] };
}

t.test('blending takes most of the flicker out of a moving instance and leaves it sharp', async (t) => {
  const blender = new FrameBlender(SIZE, 3, 0.6);
  const meter = new WarpingErrorMeter(SIZE);
  let [difference, count] = [0, 0];
  for (let frame = 0; frame < 8; frame++) {
    const left = 20 + 2 * frame;
    const made = flickering(frame, left);
    const blended = blender.blend(made);
    meter.update(
      made.original,
      new Map([
        ['input', made.original],
        ['translated', made.translated],
        ['blended', blended],
      ]),
      maskAt(left),
    );
    if (frame < 4) continue;
    for (const [i, value] of maskAt(left).entries()) {
      if (value < 0) continue;
      difference += Math.abs((blended[i * 3] as number) - 0.8 * (made.original[i * 3] as number));
      count++;
    }
  }
  const [input, translated, blended] = ['input', 'translated', 'blended'].map((name) => meter.result(name).error);
  t.ok((input as number) < 2e-4, 'what only moves does not flicker');
  t.ok(Math.abs((translated as number) - (16 / 255) ** 2) < 6e-4, 'a flicker of 16 is its square');
  t.ok((blended as number) < 0.35 * (translated as number), `${blended} of ${translated}`);
  t.ok(difference / count < 6, `the steady picture within ${difference / count}; unblended it is 8 away`);
});

t.test('nothing is left behind of an instance that goes, nor of its translation beyond its outline', async (t) => {
  const grown = (left: number) =>
    Float32Array.from({ length: WIDTH * HEIGHT }, (_, i) => {
      const [x, y] = [i % WIDTH, Math.floor(i / WIDTH)];
      return x >= left && x < left + 24 && y >= 4 && y < 44 ? 1 : -1;
    });
  const paint = (original: Uint8Array, mask: Float32Array) =>
    original.map((value, i) => ((mask[Math.floor(i / 3)] as number) > 0 ? 150 : value * 0.9));
  const blender = new FrameBlender(SIZE, 3, 0.8);
  for (let frame = 0; frame < 6; frame++) {
    const left = 20 + 5 * frame;
    const [original, mask] = [scene(left), grown(left)];
    const translated = paint(original, mask);
    const instances = [{ id: 7, mask: boxedMask(maskAt(left), SIZE) }];
    const blended = blender.blend({ original, translated, instances, masks: [boxedMask(mask, SIZE)] });
    const largest = Math.max(...blended.map((value, i) => Math.abs(value - (translated[i] as number))));
    t.ok(largest <= 24, `frame ${frame}: differs by ${largest}`);
    for (let x = left - 5; x < left; x++) {
      const i = (10 * WIDTH + x) * 3;
      t.equal(blended[i], translated[i], 'the meadow that the neck has left');
    }
  }
});

t.test('frames without an instance keep every bit, and so does transparency', async (t) => {
  const blender = new FrameBlender(SIZE, 4, 0.6);
  const original = new Uint8Array(WIDTH * HEIGHT * 4).fill(90);
  const translated = original.map((value, i) => (i % 4 === 3 ? value : 120));
  const mask = boxedMask(maskAt(10), SIZE);
  const instances = [{ id: 0, mask }];
  blender.blend({ original, translated: original.map((value) => value), instances, masks: [mask] });
  const blended = blender.blend({ original, translated, instances, masks: [mask] });
  t.ok(blended.some((value, i) => value !== translated[i]));
  t.ok(blended.every((value, i) => i % 4 !== 3 || value === 90));
  t.ok(blender.blend({ original, translated: original, instances: [], masks: [] }) === original);
});
