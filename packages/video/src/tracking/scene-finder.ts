import type { TrackedFrame } from './instance-tracker.ts';

/** Pictures are compared at this size: means of areas of the frame. */
const [WIDTH, HEIGHT] = [48, 32];
/** At most so many pixels of an area count, along each side. */
const SAMPLES = 8;
const BLOCK = 8;
/** How far a block may have moved from one frame to the next: a sixth of the width, a fifth of the height. */
const [REACH_X, REACH_Y] = [8, 6];
/** How much a change of brightness counts beside one of structure or hue: light changes within a scene. */
const BRIGHTNESS_WEIGHT = 0.3;
/** Levels by which a block may differ and still count as found again: noise. */
const NOISE = 4;
/** A block whose best match differs by this share of its own contrast is not found again. */
const LOST = 0.7;
/** Below this mean difference (levels) two frames are alike, whatever they show. */
const MIN_DIFFERENCE = 5;
/** A scene that comes back within so many frames was interrupted by a flash. */
const FLASH_FRAMES = 3;

/** Brightness and two differences of colour, `[HEIGHT, WIDTH]` each. */
type Thumbnail = readonly [Float32Array, Float32Array, Float32Array];

interface Scene {
  readonly number: number;
  /** Its last frame so far. */
  readonly thumbnail: Thumbnail;
}

/**
 * Tells the scenes of a video apart: a new one begins where most of the picture is nowhere near in the frame before (block
 * matching on small pictures, so that neither a moving camera nor what moves before it is taken for a cut). A frame that is
 * lit by a flash, and the few after it, do not end a scene that goes on afterwards. Fades and dissolves are no cuts. Needs no
 * frame of the future.
 */
export class SceneFinder {
  #now: Scene | null = null;
  #before: Scene | null = null;
  #framesSinceCut = 0;
  #scenes = 0;

  /** Takes the next frame. @returns the number of its scene: the same as before, a new one, or that before a flash */
  sceneOf(frame: TrackedFrame): number {
    const thumbnail = thumbnailOf(frame);
    const [now, before] = [this.#now, this.#before];
    this.#framesSinceCut++;
    if (now === null) this.#now = { number: this.#scenes++, thumbnail };
    else if (!isCut(now.thumbnail, thumbnail)) this.#now = { number: now.number, thumbnail };
    else {
      const isFlash = before !== null && this.#framesSinceCut <= FLASH_FRAMES && !isCut(before.thumbnail, thumbnail);
      this.#now = { number: isFlash ? before.number : this.#scenes++, thumbnail };
      this.#before = now;
      this.#framesSinceCut = 0;
    }
    return (this.#now as Scene).number;
  }
}

/** Whether most of each picture is not to be found in the other. */
function isCut(a: Thumbnail, b: Thumbnail): boolean {
  if (differenceAt(a, b) < MIN_DIFFERENCE) return false;
  return lostShare(a, b) > 0.5 && lostShare(b, a) > 0.5;
}

/** Mean over blocks of their difference where they are. */
function differenceAt(a: Thumbnail, b: Thumbnail): number {
  let [sum, blocks] = [0, 0];
  for (let top = 0; top < HEIGHT; top += BLOCK) {
    for (let left = 0; left < WIDTH; left += BLOCK, blocks++) {
      sum += blockDifference(a, b, left, top, left, top, Number.POSITIVE_INFINITY);
    }
  }
  return sum / blocks;
}

/** Share of the blocks of `a` that are nowhere near in `b`. */
function lostShare(a: Thumbnail, b: Thumbnail): number {
  let [lost, blocks] = [0, 0];
  for (let top = 0; top < HEIGHT; top += BLOCK) {
    for (let left = 0; left < WIDTH; left += BLOCK, blocks++) {
      const limit = LOST * (contrastOf(a, left, top) + NOISE);
      if (!isNear(a, b, left, top, limit)) lost++;
    }
  }
  return lost / blocks;
}

function isNear(a: Thumbnail, b: Thumbnail, left: number, top: number, limit: number): boolean {
  if (blockDifference(a, b, left, top, left, top, limit) < limit) return true;
  for (let y = Math.max(0, top - REACH_Y); y <= Math.min(HEIGHT - BLOCK, top + REACH_Y); y++) {
    for (let x = Math.max(0, left - REACH_X); x <= Math.min(WIDTH - BLOCK, left + REACH_X); x++) {
      if (blockDifference(a, b, left, top, x, y, limit) < limit) return true;
    }
  }
  return false;
}

/** Mean difference of a block of `a` and one of `b`, in levels; only that it is `limit` or more, once it is. */
function blockDifference(
  a: Thumbnail,
  b: Thumbnail,
  left: number,
  top: number,
  x: number,
  y: number,
  limit: number,
): number {
  const brighter = meanOf(a[0], left, top) - meanOf(b[0], x, y);
  let sum = BRIGHTNESS_WEIGHT * Math.abs(brighter) * BLOCK * BLOCK;
  for (let row = 0; row < BLOCK && sum < limit * BLOCK * BLOCK; row++) {
    let i = (top + row) * WIDTH + left;
    let j = (y + row) * WIDTH + x;
    for (let column = 0; column < BLOCK; column++, i++, j++) {
      sum += Math.abs((a[0][i] as number) - (b[0][j] as number) - brighter);
      sum += Math.abs((a[1][i] as number) - (b[1][j] as number));
      sum += Math.abs((a[2][i] as number) - (b[2][j] as number));
    }
  }
  return sum / (BLOCK * BLOCK);
}

/** Mean difference of the pixels of a block from their mean. */
function contrastOf(thumbnail: Thumbnail, left: number, top: number): number {
  let sum = 0;
  for (const plane of thumbnail) {
    const mean = meanOf(plane, left, top);
    for (let row = 0; row < BLOCK; row++) {
      const i = (top + row) * WIDTH + left;
      for (let column = 0; column < BLOCK; column++) sum += Math.abs((plane[i + column] as number) - mean);
    }
  }
  return sum / (BLOCK * BLOCK);
}

function meanOf(plane: Float32Array, left: number, top: number): number {
  let sum = 0;
  for (let row = 0; row < BLOCK; row++) {
    const i = (top + row) * WIDTH + left;
    for (let column = 0; column < BLOCK; column++) sum += plane[i + column] as number;
  }
  return sum / (BLOCK * BLOCK);
}

function thumbnailOf({ width, height, channels, data }: TrackedFrame): Thumbnail {
  const plane = () => new Float32Array(WIDTH * HEIGHT);
  const thumbnail: Thumbnail = [plane(), plane(), plane()];
  for (let row = 0; row < HEIGHT; row++) {
    const rows = areaAlong(row, HEIGHT, height);
    for (let column = 0; column < WIDTH; column++) {
      const columns = areaAlong(column, WIDTH, width);
      let [red, green, blue, count] = [0, 0, 0, 0];
      for (let y = rows.from; y < rows.until; y += rows.step) {
        for (let x = columns.from; x < columns.until; x += columns.step, count++) {
          const p = (y * width + x) * channels;
          red += data[p] as number;
          green += data[p + 1] as number;
          blue += data[p + 2] as number;
        }
      }
      const brightness = (0.299 * red + 0.587 * green + 0.114 * blue) / count;
      const i = row * WIDTH + column;
      thumbnail[0][i] = brightness;
      thumbnail[1][i] = 0.564 * (blue / count - brightness);
      thumbnail[2][i] = 0.713 * (red / count - brightness);
    }
  }
  return thumbnail;
}

/** Which pixels of a side stand for one of the `count` areas along it. */
function areaAlong(index: number, count: number, sidePx: number): { from: number; until: number; step: number } {
  const from = Math.floor((index * sidePx) / count);
  const until = Math.max(from + 1, Math.floor(((index + 1) * sidePx) / count));
  return { from, until, step: Math.ceil((until - from) / SAMPLES) };
}
