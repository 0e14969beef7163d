import { createRng } from '@instagan/core';
import t from 'tap';
import type { TrackedFrame } from './instance-tracker.ts';
import { SceneFinder } from './scene-finder.ts';

const [WIDTH, HEIGHT] = [96, 64];
type Colour = readonly [number, number, number];
/** Of 192x128, drawn at half that size. */
type Picture = (x: number, y: number) => Colour;

function frameOf(picture: Picture): TrackedFrame {
  const data = new Uint8Array(WIDTH * HEIGHT * 3);
  for (let i = 0; i < WIDTH * HEIGHT; i++) {
    data.set(
      picture(2 * (i % WIDTH), 2 * Math.floor(i / WIDTH)).map((value) => Math.min(255, Math.max(0, value))),
      i * 3,
    );
  }
  return { width: WIDTH, height: HEIGHT, channels: 3, data };
}

function scenesOf(pictures: readonly Picture[]): number[] {
  const finder = new SceneFinder();
  return pictures.map((picture) => finder.sceneOf(frameOf(picture)));
}

/** Blotches of all sizes without a pattern that repeats, as in a photo. */
function photo(seed: number, contrast = 18): Picture {
  const rng = createRng(seed, 'scene-test');
  const waves = Array.from({ length: 10 }, () => {
    const [length, angle] = [0.02 + 0.25 * rng.uniform() ** 2, 6.3 * rng.uniform()];
    return [length * Math.cos(angle), length * Math.sin(angle), 6.3 * rng.uniform(), rng.uniform()] as const;
  });
  return (x, y) => {
    const values = waves.map(([fx, fy, phase]) => contrast * Math.sin(fx * x + fy * y + phase));
    const sum = (weight: (hue: number) => number) =>
      waves.reduce((total, [, , , hue], i) => total + weight(hue) * (values[i] as number), 110);
    return [sum((hue) => hue), sum(() => 0.6), sum((hue) => 1 - hue)];
  };
}

const flat =
  (...colour: [number, number, number]): Picture =>
  () =>
    colour;
const shape =
  (isInside: (x: number, y: number) => boolean, inside: Picture, outside: Picture): Picture =>
  (x, y) =>
    isInside(x, y) ? inside(x, y) : outside(x, y);
const circle = (x: number, y: number) => (x - 75) ** 2 + (y - 72) ** 2 < 42 ** 2;
const rectangle = (x: number, y: number) => x >= 45 && x < 165 && y >= 60 && y < 120;

t.test('a cut begins a scene, between flat drawings as between photos, dark ones too', async (t) => {
  const [green, blue] = [flat(0, 100, 0), flat(0, 0, 140)];
  const drawn = [shape(circle, flat(255, 255, 255), green), shape(rectangle, flat(255, 165, 0), blue)] as const;
  t.same(scenesOf([drawn[0], drawn[0], drawn[1], drawn[1]]), [0, 0, 1, 1]);
  for (let seed = 1; seed <= 5; seed++) {
    t.same(scenesOf([photo(seed), photo(seed), photo(seed + 10), photo(seed + 10)]), [0, 0, 1, 1], `photos ${seed}`);
  }
  t.same(scenesOf([photo(1, 5), photo(2, 5)]), [0, 1], 'little contrast');
  t.same(scenesOf([photo(1), flat(0, 0, 0), flat(0, 0, 0), flat(0, 0, 0), flat(0, 0, 0), photo(1)]).slice(1), [
    ...[1, 1, 1, 1],
    2,
  ]);
});

t.test('neither a camera nor what moves before it is taken for a cut', async (t) => {
  const meadow = photo(3);
  const panned = Array.from(
    { length: 6 },
    (_, n): Picture =>
      (x, y) =>
        meadow(x + 20 * n, y - 5 * n),
  );
  t.same(scenesOf(panned), [0, 0, 0, 0, 0, 0], 'a tenth of the width a frame');
  const zoomed = Array.from(
    { length: 6 },
    (_, n): Picture =>
      (x, y) =>
        meadow(x * 0.93 ** n, y * 0.93 ** n),
  );
  t.same(scenesOf(zoomed), [0, 0, 0, 0, 0, 0]);
  const walking = [0, 40, 80, 120].map((left) =>
    shape((x, y) => x >= left && x < left + 70 && y > 20 && y < 110, flat(250, 250, 250), flat(0, 100, 0)),
  );
  t.same(scenesOf(walking), [0, 0, 0, 0], 'something large that jumps before a flat background');
  const rng = createRng(1, 'noise');
  const noisy = [1, 2, 3].map(
    (): Picture => (x, y) => meadow(x, y).map((value) => value + 60 * (rng.uniform() - 0.5)) as unknown as Colour,
  );
  t.same(scenesOf(noisy), [0, 0, 0], 'noise');
});

t.test('light that changes ends no scene, nor does a flash', async (t) => {
  const brighter =
    (picture: Picture, gain: number): Picture =>
    (x, y) =>
      picture(x, y).map((value) => value * gain) as unknown as Colour;
  const fading = [1, 0.85, 0.7, 0.58, 0.48, 0.4].map((gain) => brighter(photo(4), gain));
  t.same(scenesOf(fading), [0, 0, 0, 0, 0, 0]);
  const [scene, white] = [photo(5), flat(255, 255, 255)];
  const [first, flash, second, third, next] = scenesOf([scene, white, scene, scene, photo(6)]);
  t.same([first, second, third], [0, 0, 0], 'it goes on after the flash');
  t.not(flash, 0, 'in whose light nothing of it is seen');
  t.ok(next !== 0 && next !== flash, 'and a cut is a cut thereafter');
});

t.test('any size of frames is compared, with alpha too', async (t) => {
  const finder = new SceneFinder();
  const frame = (value: number) => ({
    ...{ width: 7, height: 3, channels: 4 },
    data: new Uint8Array(7 * 3 * 4).fill(value),
  });
  t.same(
    [20, 20, 200].map((value) => finder.sceneOf(frame(value))),
    [0, 0, 1],
  );
});
