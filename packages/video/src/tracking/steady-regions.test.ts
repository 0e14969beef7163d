import type { Box } from '@instagan/core';
import t from 'tap';
import { SteadyRegions } from './steady-regions.ts';

const OPTIONS = {
  size: { width: 96, height: 96 },
  objectSidePx: 48,
  image: { width: 1920, height: 1080 },
  instancesPerRegion: 2,
};
const box = (left: number, top: number, side: number): Box => ({ left, top, width: side, height: side });

t.test('a region follows its object without shaking, and its scale does not flicker', async (t) => {
  const steady = new SteadyRegions();
  const lefts: number[] = [];
  for (let frame = 0; frame < 40; frame++) {
    // It walks two pixels a frame; its mask shakes by six.
    const shake = frame % 2 === 0 ? 3 : -3;
    const [region] = steady.planner([7])([box(300 + 2 * frame + shake, 400, 100 + shake)], [0], OPTIONS);
    lefts.push(region!.box.left);
    t.ok(Math.abs(region!.box.width - 200) <= 6 + (frame === 0 ? 2 : 0), `frame ${frame}: ${region!.box.width} wide`);
  }
  const steps = lefts.slice(1).map((left, i) => left - lefts[i]!);
  t.ok(Math.max(...steps.slice(5).map(Math.abs)) <= 4, `steps of ${steps}`);
  t.ok(Math.abs(lefts.at(-1)! - (300 + 78 - 50)) < 15, 'it keeps up');
});

t.test('instances that share a region stay together a little beyond the limit, and part when they must', async (t) => {
  const steady = new SteadyRegions();
  const groups = (gapPx: number, ids = [4, 9]) =>
    steady
      .planner(ids)([box(300, 400, 100), box(300 + gapPx, 400, 100)], [0, 1], OPTIONS)
      .map(({ instances }) => instances);
  t.same(groups(60), [[0], [1]], 'too far apart for a new pair');
  t.same(groups(45), [[0, 1]]);
  t.same(groups(60), [[0, 1]], 'not for an old one');
  t.same(groups(90), [[0], [1]]);
  t.same(groups(60), [[0], [1]]);
});

t.test('another instance, as after a cut, begins where it is', async (t) => {
  const steady = new SteadyRegions();
  steady.planner([1])([box(100, 100, 100)], [0], OPTIONS);
  const [region] = steady.planner([2])([box(1500, 800, 100)], [0], OPTIONS);
  t.match(region, { box: { left: 1450, top: 750, width: 200, height: 200 } });
  t.same(steady.planner([2])([null], [0], OPTIONS), [], 'nothing is there');
});
