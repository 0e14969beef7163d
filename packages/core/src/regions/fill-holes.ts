import type { SizePx } from '../data/transform-draw.ts';

/** A picture at half the size of the one before, and how much of each pixel is known. */
interface Level extends SizePx {
  /** `[height, width, 3]` */
  readonly values: Float32Array;
  /** `[height, width]`, 0 … 1 */
  readonly known: Float32Array;
}

/**
 * Continues a picture smoothly into holes, by the means of ever larger surroundings of a pixel (push and pull, Gortler et al. 1996).
 *
 * @param values `[height, width, 3]`; in holes they do not count
 * @param isHole `[height, width]`, not 0 in a hole
 * @returns a new picture; where there is no hole it is the same, and where all is a hole it is 0
 */
export function fillHoles(values: Float32Array, isHole: Uint8Array, { height, width }: SizePx): Float32Array {
  const known = new Float32Array(isHole.length);
  for (let i = 0; i < known.length; i++) known[i] = isHole[i] === 0 ? 1 : 0;
  const levels: Level[] = [{ height, width, values, known }];
  for (let level = levels[0] as Level; level.height > 1 || level.width > 1; level = levels.at(-1) as Level) {
    if (level.known.every((share) => share === 1)) break;
    levels.push(halved(level));
  }
  return levels.reduceRight<Level | null>(pulled, null)?.values ?? values;
}

/** Each pixel is the mean of what is known of four. */
function halved({ height, width, values, known }: Level): Level {
  const half: Level = {
    height: Math.ceil(height / 2),
    width: Math.ceil(width / 2),
    values: new Float32Array(Math.ceil(height / 2) * Math.ceil(width / 2) * 3),
    known: new Float32Array(Math.ceil(height / 2) * Math.ceil(width / 2)),
  };
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const from = y * width + x;
      const to = (y >> 1) * half.width + (x >> 1);
      const share = known[from] as number;
      if (share === 0) continue;
      half.known[to] = (half.known[to] as number) + share;
      for (let c = 0; c < 3; c++)
        half.values[3 * to + c] = (half.values[3 * to + c] as number) + share * (values[3 * from + c] as number);
    }
  }
  for (let i = 0; i < half.known.length; i++) {
    const sum = half.known[i] as number;
    if (sum === 0) continue;
    for (let c = 0; c < 3; c++) half.values[3 * i + c] = (half.values[3 * i + c] as number) / sum;
    half.known[i] = Math.min(1, sum);
  }
  return half;
}

/** What is not known comes from the level at half the size, between its pixels in proportion. */
function pulled(coarse: Level | null, level: Level): Level {
  if (coarse === null) return level;
  const { height, width, known } = level;
  const values = level.values.slice();
  const columns = Array.from({ length: width }, (_, x) => between(x, coarse.width));
  for (let y = 0; y < height; y++) {
    const { first, second, share: down } = between(y, coarse.height);
    const [top, bottom] = [3 * first * coarse.width, 3 * second * coarse.width];
    for (let x = 0; x < width; x++) {
      const at = y * width + x;
      const share = known[at] as number;
      if (share === 1) continue;
      const column = columns[x] as Between;
      const [left, right] = [3 * column.first, 3 * column.second];
      for (let c = 0; c < 3; c++) {
        const above = mix(
          coarse.values[top + left + c] as number,
          coarse.values[top + right + c] as number,
          column.share,
        );
        const below = mix(
          coarse.values[bottom + left + c] as number,
          coarse.values[bottom + right + c] as number,
          column.share,
        );
        values[3 * at + c] = share * (values[3 * at + c] as number) + (1 - share) * mix(above, below, down);
      }
    }
  }
  return { ...level, values };
}

function mix(from: number, to: number, share: number): number {
  return from + share * (to - from);
}

/** The two pixels at half the size around a coordinate, and how far it lies towards the second. */
interface Between {
  readonly first: number;
  readonly second: number;
  readonly share: number;
}

function between(coordinate: number, size: number): Between {
  const exact = Math.min(Math.max((coordinate + 0.5) / 2 - 0.5, 0), size - 1);
  const first = Math.floor(exact);
  return { first, second: Math.min(first + 1, size - 1), share: exact - first };
}
