import type { Rng } from '@instagan/core/data';
import { between } from './choice.ts';
import type { Point } from './svg.ts';

/** A rectangle `[left, top, right, bottom]`. */
export type Bounds = readonly [left: number, top: number, right: number, bottom: number];

/**
 * Irregular cells that tile a rectangle, each drawn in by half of `gap`: the patches of a giraffe.
 *
 * @param spacing distance between neighbouring cell centres; half of it is the height of a row
 * @param gap width of the seams between cells
 */
export function jitteredCells(rng: Rng, bounds: Bounds, spacing: number, gap: number): Point[][] {
  const centres = jitteredGrid(rng, bounds, spacing);
  return centres
    .map((centre) => shrink(voronoiCell(centre, centres, bounds, 2.6 * spacing), centre, gap / 2))
    .filter((cell) => cell.length >= 3);
}

function jitteredGrid(rng: Rng, [left, top, right, bottom]: Bounds, spacing: number): Point[] {
  const rowHeight = spacing * 0.87;
  const points: Point[] = [];
  for (let row = 0; top + row * rowHeight < bottom + spacing; row++) {
    for (let x = left + (row % 2 === 0 ? 0 : spacing / 2); x < right + spacing; x += spacing) {
      const jitter = spacing * 0.27;
      points.push([x + between(rng, -jitter, jitter), top + row * rowHeight + between(rng, -jitter, jitter)]);
    }
  }
  return points;
}

/** The part of the bounds nearer to `centre` than to any other point within `reach`. */
function voronoiCell(centre: Point, points: readonly Point[], bounds: Bounds, reach: number): Point[] {
  const [left, top, right, bottom] = bounds;
  let cell: Point[] = [
    [left - reach, top - reach],
    [right + reach, top - reach],
    [right + reach, bottom + reach],
    [left - reach, bottom + reach],
  ];
  for (const other of points) {
    const normal: Point = [other[0] - centre[0], other[1] - centre[1]];
    const distance = Math.hypot(...normal);
    if (distance === 0 || distance > reach) continue;
    const middle = (normal[0] * (centre[0] + other[0]) + normal[1] * (centre[1] + other[1])) / 2;
    cell = clip(cell, normal, middle);
  }
  return cell;
}

/** Keeps the side of the line `normal . p = limit` where `normal . p` is smaller (Sutherland-Hodgman). */
function clip(polygon: readonly Point[], normal: Point, limit: number): Point[] {
  const kept: Point[] = [];
  polygon.forEach((from, i) => {
    const to = polygon[(i + 1) % polygon.length] as Point;
    const [a, b] = [from, to].map((p) => normal[0] * p[0] + normal[1] * p[1] - limit) as [number, number];
    if (a <= 0) kept.push(from);
    if (a < 0 !== b < 0)
      kept.push([from[0] + ((to[0] - from[0]) * a) / (a - b), from[1] + ((to[1] - from[1]) * a) / (a - b)]);
  });
  return kept;
}

function shrink(cell: readonly Point[], centre: Point, distance: number): Point[] {
  return cell.map((corner) => {
    const length = Math.hypot(corner[0] - centre[0], corner[1] - centre[1]);
    const keep = Math.max(0.2, 1 - (1.2 * distance) / Math.max(length, 1e-6));
    return [centre[0] + (corner[0] - centre[0]) * keep, centre[1] + (corner[1] - centre[1]) * keep];
  });
}
