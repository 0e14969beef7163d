import { distanceTransform } from '@instagan/core/data';
import t from 'tap';
import { discs } from './test-support.ts';
import { watershed } from './watershed.ts';

const [WIDTH, HEIGHT] = [40, 20];
const DEPTH = { relative: 0.3, absolute: 1.5 };

function basinsOf(mask: Uint8Array) {
  return watershed(distanceTransform(mask, WIDTH, HEIGHT), mask, WIDTH, HEIGHT, DEPTH);
}

t.test('two discs that touch are parted at their waist', async (t) => {
  const mask = discs(WIDTH, HEIGHT, [11, 10, 7], [24, 10, 7]);
  const { labels, count } = basinsOf(mask);
  t.equal(count, 2);
  const at = (x: number) => labels[10 * WIDTH + x];
  t.not(at(11), at(24));
  t.equal(at(15), at(11));
  t.equal(at(20), at(24));
  t.ok(
    mask.every((value, i) => (value === 0) === (labels[i] === 0)),
    'the whole mask is shared out, and no more',
  );
});

t.test('one object stays one: neither the steps of its outline nor a slight waist part it', async (t) => {
  t.equal(basinsOf(discs(WIDTH, HEIGHT, [20, 10, 8])).count, 1);
  t.equal(basinsOf(discs(WIDTH, HEIGHT, [17, 10, 8], [23, 10, 8])).count, 1, 'two discs that overlap much');
  t.equal(basinsOf(discs(WIDTH, HEIGHT, [14, 10, 4], [20, 10, 4], [26, 10, 4])).count, 1, 'a bar with a bumpy outline');
});

t.test('what is not connected is never one basin', async (t) => {
  t.equal(basinsOf(discs(WIDTH, HEIGHT, [5, 5, 2], [30, 12, 6])).count, 2);
  t.equal(basinsOf(new Uint8Array(WIDTH * HEIGHT)).count, 0);
});

t.test('a valley parts two peaks exactly when it is deep enough', async (t) => {
  const heights = Float32Array.from([1, 0.7, 0.9, 0.5, 0.95]);
  const part = (relative: number, absolute: number) =>
    [...watershed(heights, new Uint8Array(5).fill(1), 5, 1, { relative, absolute }).labels].join('');
  t.equal(part(0, 0.19), '11233', 'every valley');
  t.equal(part(0, 0.3), '11122', 'the deeper one');
  t.equal(part(0.45, 0), '11122', 'relative to the lower peak');
  t.equal(part(0, 0.5), '11111', 'none');
});
