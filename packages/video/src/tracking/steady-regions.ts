import {
  type Box,
  boxAround,
  longSide,
  placeRegion,
  planRegions,
  type Region,
  type RegionOptions,
  type RegionPlanner,
} from '@instagan/core';

/** Instances that shared a region go on to do so while the box around them takes up at most this share of it. */
const KEPT_FILL = 0.9;
/** Weight of the past in the place and scale of a region. */
const SMOOTHING = 0.8;

/** Where a region was, and how large its objects. */
interface Place {
  readonly x: number;
  readonly y: number;
  readonly sidePx: number;
}

/**
 * Cuts the frames of a video into regions that do not jump: instances that share a region stay together, and its place and scale
 * follow them smoothly. A region of instances that were not together before begins where they are.
 */
export class SteadyRegions {
  #groups: readonly (readonly number[])[] = [];
  #places = new Map<string, Place>();

  /** @param ids of the instances of the next frame, in the order of its masks */
  planner(ids: readonly number[]): RegionPlanner {
    return (boxes, order, options) => this.#plan(ids, boxes, order, options);
  }

  #plan(
    ids: readonly number[],
    boxes: readonly (Box | null)[],
    order: readonly number[],
    options: RegionOptions,
  ): readonly Region[] {
    const present = order.filter((index) => boxes[index] !== null && boxes[index] !== undefined);
    const kept = this.#groups
      .map((group) => group.map((id) => present.find((index) => ids[index] === id)))
      .filter((group): group is number[] => group.length > 1 && group.every((index) => index !== undefined))
      .filter((group) => {
        const around = group.map((index) => boxes[index] as Box).reduce(boxAround);
        const { box } = placeRegion(around, largestSide(group, boxes), options);
        return around.width <= KEPT_FILL * box.width && around.height <= KEPT_FILL * box.height;
      });
    const taken = new Set(kept.flat());
    const others = planRegions(
      boxes,
      present.filter((index) => !taken.has(index)),
      options,
    );
    const groups = [...kept, ...others.map(({ instances }) => instances)];
    groups.sort(([a], [b]) => present.indexOf(a as number) - present.indexOf(b as number));

    const places = new Map<string, Place>();
    const regions = groups.map((instances) => {
      const around = instances.map((index) => boxes[index] as Box).reduce(boxAround);
      const key = instances.map((index) => ids[index]).join(' ');
      const place = moved(this.#places.get(key), {
        x: around.left + around.width / 2,
        y: around.top + around.height / 2,
        sidePx: largestSide(instances, boxes),
      });
      places.set(key, place);
      const { width, height } = around;
      const steady = { left: place.x - width / 2, top: place.y - height / 2, width, height };
      return { ...placeRegion(steady, place.sidePx, options), instances };
    });
    this.#groups = groups.map((group) => group.map((index) => ids[index] as number));
    this.#places = places;
    return regions;
  }
}

function largestSide(instances: readonly number[], boxes: readonly (Box | null)[]): number {
  return Math.max(...instances.map((index) => longSide(boxes[index] as Box)));
}

function moved(before: Place | undefined, now: Place): Place {
  if (before === undefined) return now;
  const mean = (a: number, b: number) => SMOOTHING * a + (1 - SMOOTHING) * b;
  return { x: mean(before.x, now.x), y: mean(before.y, now.y), sidePx: mean(before.sidePx, now.sidePx) };
}
