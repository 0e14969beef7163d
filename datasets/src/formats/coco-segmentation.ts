import * as z from 'zod';
import { decodeRunString, fillRuns } from './coco-rle.ts';
import { fillPolygon } from './fill-polygon.ts';

/** More points than any outline of a person has, few enough to be drawn at once. */
const MAX_POLYGON_POINTS = 50_000;
const polygonSchema = z
  .array(z.number('coordinates are numbers'), 'a polygon is a list of numbers: x, y, x, y, …')
  .min(6, 'a polygon has three points or more')
  .max(2 * MAX_POLYGON_POINTS, `a polygon has at most ${MAX_POLYGON_POINTS} points`)
  .refine((points) => points.length % 2 === 0, 'a polygon has an x and a y for each point');
const side = z.int().min(1);
const runsSchema = z.object({
  size: z.tuple([side, side], 'run lengths have a size [height, width]'),
  counts: z.union([z.string(), z.array(z.int().min(0))], 'run lengths have counts'),
});

/** Whether there is anything to draw; keypoints and boxes have none. */
export function hasSegmentation(value: unknown): boolean {
  return value !== undefined && value !== null && !(Array.isArray(value) && value.length === 0);
}

/**
 * Draws a `segmentation` of COCO: a list of polygons, or run lengths.
 *
 * @param mask `[height, width]`, changed in place
 * @throws RangeError if it is unclear, or of an image of another size
 */
export function drawSegmentation(mask: Uint8Array, width: number, height: number, value: unknown): void {
  if (Array.isArray(value)) {
    for (const polygon of value) fillPolygon(mask, width, height, parsed(polygonSchema, polygon));
    return;
  }
  const { size, counts } = parsed(runsSchema, value);
  if (size[0] !== height || size[1] !== width) throw new RangeError(`it is of an image of ${size[1]}x${size[0]}`);
  fillRuns(mask, width, height, typeof counts === 'string' ? decodeRunString(counts) : counts);
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new RangeError(result.error.issues[0]?.message ?? 'it is not as COCO has it');
}
