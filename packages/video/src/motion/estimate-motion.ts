import { bordered, type GreyImage, halved } from './grey-image.ts';
import { type Motion, scaledMotion, stillMotion } from './motion.ts';

const PATCH_PX = 8;
/** Distance between patches. */
const STRIDE_PX = 4;
const MAX_ITERATIONS = 12;
/** A patch has settled when it moves by less. */
const SETTLED_PX = 0.02;
/** How far a patch may reach beyond the edge. */
const MARGIN_PX = 2 * PATCH_PX;
/** Pictures are halved until they have no more pixels than this: motion is smooth, and time grows with pixels. */
const MAX_PIXELS = 100_000;
/** The smallest picture of the pyramid holds this many patches side by side. */
const MIN_PATCHES = 2;

/** A picture at falling sizes, largest first. */
export type Pyramid = readonly GreyImage[];

/** @returns empty for a picture smaller than a patch */
export function pyramidOf(picture: GreyImage): Pyramid {
  let level = picture;
  while (level.width * level.height > MAX_PIXELS) level = halved(level);
  const levels: GreyImage[] = [];
  while (Math.min(level.width, level.height) >= MIN_PATCHES * PATCH_PX) {
    levels.push(level);
    level = halved(level);
  }
  return levels;
}

/**
 * Estimates where each pixel of one picture lies in another: dense inverse search (Kroeger et al., "Fast Optical Flow using
 * Dense Inverse Search", ECCV 2016) without its variational refinement. From the smallest picture to the largest, each patch
 * of 8 x 8 pixels looks for its place by inverse compositional Lucas-Kanade steps, starting from what the smaller picture or
 * its neighbours found; then each pixel takes the mean of the patches over it, those that fit it best counting most.
 *
 * @param from, to pyramids of pictures of one size
 * @param size of the result, which may be larger than the largest level
 */
export function estimateMotion(
  from: Pyramid,
  to: Pyramid,
  size: { readonly width: number; readonly height: number },
): Motion {
  const smallest = from.at(-1);
  if (smallest === undefined) return stillMotion(size.width, size.height);
  let motion = stillMotion(smallest.width, smallest.height);
  for (let level = from.length - 1; level >= 0; level--) {
    const [template, target] = [from[level] as GreyImage, to[level] as GreyImage];
    motion = refine(template, bordered(target, MARGIN_PX), scaledMotion(motion, template.width, template.height));
  }
  return scaledMotion(motion, size.width, size.height);
}

/** One level: searches for the place of every patch, and makes the result dense. */
function refine(template: GreyImage, target: GreyImage, start: Motion): Motion {
  const { width, height } = template;
  const search = new PatchSearch(template, target);
  const sumX = new Float32Array(width * height);
  const sumY = new Float32Array(width * height);
  const sumOfWeights = new Float32Array(width * height);
  const columns = placesAlong(width);
  /** Of the last patch in each column. */
  const above = columns.map(() => ({ dx: 0, dy: 0 }));
  for (const top of placesAlong(height)) {
    for (const [column, left] of columns.entries()) {
      const centre = (top + PATCH_PX / 2) * width + left + PATCH_PX / 2;
      const coarse = { dx: start.dx[centre] as number, dy: start.dy[centre] as number };
      const neighbours = top === 0 ? [] : [above[column] as Shift];
      if (column > 0) neighbours.push(above[column - 1] as Shift);
      search.run(left, top, [coarse, ...neighbours]);
      const { dx, dy } = search;
      above[column] = { dx, dy };
      const misfits = search.misfitsAt(left, top, dx, dy);
      for (let p = 0; p < PATCH_PX * PATCH_PX; p++) {
        const weight = 1 / Math.max(1, Math.abs(misfits[p] as number));
        const i = (top + (p >> 3)) * width + left + (p & 7);
        sumX[i]! += weight * dx;
        sumY[i]! += weight * dy;
        sumOfWeights[i]! += weight;
      }
    }
  }
  for (let i = 0; i < sumOfWeights.length; i++) {
    sumX[i]! /= sumOfWeights[i] as number;
    sumY[i]! /= sumOfWeights[i] as number;
  }
  return { width, height, dx: sumX, dy: sumY };
}

/** First pixels of patches that together cover a side. */
function placesAlong(length: number): number[] {
  const places: number[] = [];
  for (let at = 0; at < length - PATCH_PX; at += STRIDE_PX) places.push(at);
  places.push(length - PATCH_PX);
  return places;
}

/** By how much a patch moves, in pixels. */
interface Shift {
  readonly dx: number;
  readonly dy: number;
}

/** Moves single patches of a template to where they fit a target best. */
class PatchSearch {
  /** The place found by {@link run}, relative to where the patch was. */
  dx = 0;
  dy = 0;
  readonly #template: GreyImage;
  readonly #target: GreyImage;
  readonly #gradientX = new Float32Array(PATCH_PX * PATCH_PX);
  readonly #gradientY = new Float32Array(PATCH_PX * PATCH_PX);
  readonly #misfits = new Float32Array(PATCH_PX * PATCH_PX);

  /** @param target with a margin */
  constructor(template: GreyImage, target: GreyImage) {
    this.#template = template;
    this.#target = target;
  }

  /** @param starts where to begin: the best of them, and the first where nothing can be told */
  run(left: number, top: number, starts: readonly Shift[]): void {
    const [first] = starts as [Shift];
    this.dx = first.dx;
    this.dy = first.dy;
    const [xx, xy, yy] = this.#measureGradient(left, top);
    const determinant = xx * yy - xy * xy;
    // Where nothing or only one edge is to be seen, the motion of the smaller picture stays.
    if (determinant < 1e-3 * (xx + yy) * (xx + yy) || xx + yy < PATCH_PX * PATCH_PX) return;
    const { dx: startX, dy: startY } = this.#best(left, top, starts);
    let leastMisfit = Number.POSITIVE_INFINITY;
    let [x, y] = [startX, startY];
    for (let iteration = 0; iteration < MAX_ITERATIONS; iteration++) {
      const misfits = this.misfitsAt(left, top, x, y);
      let [sum, alongX, alongY] = [0, 0, 0];
      for (let p = 0; p < misfits.length; p++) {
        const misfit = misfits[p] as number;
        sum += misfit * misfit;
        alongX += misfit * (this.#gradientX[p] as number);
        alongY += misfit * (this.#gradientY[p] as number);
      }
      if (sum >= leastMisfit) return;
      leastMisfit = sum;
      this.dx = x;
      this.dy = y;
      const stepX = (yy * alongX - xy * alongY) / determinant;
      const stepY = (xx * alongY - xy * alongX) / determinant;
      x -= stepX;
      y -= stepY;
      const isFar = Math.hypot(x - startX, y - startY) > PATCH_PX;
      if (isFar || Math.hypot(stepX, stepY) < SETTLED_PX) return;
    }
  }

  #best(left: number, top: number, starts: readonly Shift[]): Shift {
    let [best] = starts as [Shift];
    let least = Number.POSITIVE_INFINITY;
    for (const start of starts) {
      let sum = 0;
      for (const misfit of this.misfitsAt(left, top, start.dx, start.dy)) sum += misfit * misfit;
      if (sum >= least) continue;
      least = sum;
      best = start;
    }
    return best;
  }

  /** Target minus template for each pixel of a patch moved by (dx, dy), without the difference in mean brightness. */
  misfitsAt(left: number, top: number, dx: number, dy: number): Float32Array {
    const { width, data } = this.#template;
    const target = this.#target;
    const x = Math.min(target.width - PATCH_PX - 1.001, Math.max(0, left + dx + MARGIN_PX));
    const y = Math.min(target.height - PATCH_PX - 1.001, Math.max(0, top + dy + MARGIN_PX));
    const [column, row] = [Math.floor(x), Math.floor(y)];
    const [shareX, shareY] = [x - column, y - row];
    const [w00, w10] = [(1 - shareX) * (1 - shareY), shareX * (1 - shareY)];
    const [w01, w11] = [(1 - shareX) * shareY, shareX * shareY];
    let mean = 0;
    for (let p = 0, v = 0; v < PATCH_PX; v++) {
      let at = (row + v) * target.width + column;
      let i = (top + v) * width + left;
      for (let u = 0; u < PATCH_PX; u++, p++, at++, i++) {
        const below = at + target.width;
        const value =
          w00 * (target.data[at] as number) +
          w10 * (target.data[at + 1] as number) +
          w01 * (target.data[below] as number) +
          w11 * (target.data[below + 1] as number) -
          (data[i] as number);
        this.#misfits[p] = value;
        mean += value;
      }
    }
    mean /= PATCH_PX * PATCH_PX;
    for (let p = 0; p < this.#misfits.length; p++) this.#misfits[p]! -= mean;
    return this.#misfits;
  }

  /** Central differences of the template in a patch, without their mean. @returns sums of xx, xy and yy */
  #measureGradient(left: number, top: number): [number, number, number] {
    const { width, height, data } = this.#template;
    let [meanX, meanY] = [0, 0];
    for (let p = 0; p < PATCH_PX * PATCH_PX; p++) {
      const [x, y] = [left + (p & 7), top + (p >> 3)];
      const row = y * width;
      const [before, after] = [Math.max(0, x - 1), Math.min(width - 1, x + 1)];
      const [above, below] = [Math.max(0, y - 1) * width, Math.min(height - 1, y + 1) * width];
      this.#gradientX[p] = ((data[row + after] as number) - (data[row + before] as number)) / (after - before);
      this.#gradientY[p] = (((data[below + x] as number) - (data[above + x] as number)) * width) / (below - above);
      meanX += (this.#gradientX[p] as number) / (PATCH_PX * PATCH_PX);
      meanY += (this.#gradientY[p] as number) / (PATCH_PX * PATCH_PX);
    }
    let [xx, xy, yy] = [0, 0, 0];
    for (let p = 0; p < PATCH_PX * PATCH_PX; p++) {
      this.#gradientX[p]! -= meanX;
      this.#gradientY[p]! -= meanY;
      const [gx, gy] = [this.#gradientX[p] as number, this.#gradientY[p] as number];
      xx += gx * gx;
      xy += gx * gy;
      yy += gy * gy;
    }
    return [xx, xy, yy];
  }
}
