import { readFile } from 'node:fs/promises';
import { UsageError, UserError } from '@instagan/core/data';
import * as z from 'zod';
import { hasSameAspect, type ImageHeader, type MaskImage } from '../images/image-file.ts';
import { turned } from '../images/turn-mask.ts';
import { decodeRunString, fillRuns } from './coco-rle.ts';
import { fillPolygon } from './fill-polygon.ts';

/** The instance masks of a COCO annotation file. */
export interface CocoMasks {
  /**
   * The masks of one image, as the image is shown, in its shape; none if the file does not know it.
   *
   * @param image the path of its file, of which the last parts are looked for
   * @param header of that file
   * @throws UserError if the file does not say clearly which pixels they cover
   */
  masksOf(image: string, header: ImageHeader): readonly MaskImage[];
}

export interface CocoOptions {
  /** Name of the only category whose objects count. @default all */
  readonly category?: string;
}

/** An id, which some tools write as text. */
const id = z.union([z.number(), z.string()]).transform(String);
const side = z.int().min(1);

const imageSchema = z.object({
  id,
  file_name: z.string().min(1),
  width: side.nullish(),
  height: side.nullish(),
});
type CocoImage = z.output<typeof imageSchema>;

const annotationSchema = z.object({
  id: z.unknown(),
  image_id: id,
  category_id: id.nullish(),
  iscrowd: z.union([z.number(), z.boolean()]).nullish(),
  segmentation: z.unknown(),
});
type Annotation = z.output<typeof annotationSchema>;

const categorySchema = z.object({ id, name: z.string() });

/** What draws a mask: more than any outline of a person has, few enough to be drawn at once. */
const MAX_POLYGON_POINTS = 50_000;
const polygonSchema = z
  .array(z.number('coordinates are numbers'), 'a polygon is a list of numbers: x, y, x, y, …')
  .min(6, 'a polygon has three points or more')
  .max(2 * MAX_POLYGON_POINTS, `a polygon has at most ${MAX_POLYGON_POINTS} points`)
  .refine((points) => points.length % 2 === 0, 'a polygon has an x and a y for each point');
const runsSchema = z.object({
  size: z.tuple([side, side], 'run lengths have a size [height, width]'),
  counts: z.union([z.string(), z.array(z.int().min(0))], 'run lengths have counts'),
});

/** More instances of one image than this are no instances. */
const MAX_INSTANCES = 1000;
/** Larger masks are not drawn. */
const MAX_MASK_PX = 2 ** 28;

/**
 * Reads a COCO "instances" file: polygons, and run lengths in both their forms. Annotations of crowds are left out: they
 * outline many objects at once. Images go by their path as far as the file has it, without the ending.
 *
 * @throws UserError if the file cannot be read or is no such file; UsageError if it has no such category
 */
export async function readCocoMasks(file: string, { category }: CocoOptions = {}): Promise<CocoMasks> {
  const content = await parse(file);
  const images = content.images.flatMap((image) => imageSchema.safeParse(image).data ?? []);
  const unreadable = content.images.length - images.length;
  const byName = grouped(images, ({ file_name }) => pathParts(file_name).at(-1) as string);
  const wanted = category === undefined ? null : categoryIds(file, content.categories, category);
  const annotations = content.annotations.flatMap((each) => annotationSchema.safeParse(each).data ?? []);
  const instances = annotations.filter(
    ({ iscrowd, segmentation, category_id }) =>
      !iscrowd && hasSegmentation(segmentation) && (wanted === null || wanted.has(category_id ?? '')),
  );
  const byImage = grouped(instances, ({ image_id }) => image_id);
  return {
    masksOf(path, header) {
      const image = findImage(file, byName, path);
      if (image === null) {
        if (unreadable === 0) return [];
        throw new UserError(
          `${file} does not name ${path}, and ${unreadable} of its images have no id, file_name or whole sizes: correct them.`,
        );
      }
      const own = byImage.get(image.id) ?? [];
      if (own.length > MAX_INSTANCES) {
        throw new UserError(
          `${file} has ${own.length} annotations of ${path}: at most ${MAX_INSTANCES} are read; remove some.`,
        );
      }
      const frame = frameOf(file, image, path, header);
      return own.map((annotation) => turned(drawn(file, image, annotation, frame), frame.orientation));
    },
  };
}

/** The pixels that the coordinates of an image count. */
interface Frame {
  readonly width: number;
  readonly height: number;
  /** EXIF orientation that masks are still to get; 1 for none. */
  readonly orientation: number;
}

/** The size that the file gives is that of the picture as it is shown, or as it is stored if the camera was turned. */
function frameOf(file: string, { width, height, file_name }: CocoImage, path: string, header: ImageHeader): Frame {
  if (!width || !height) return { width: header.width, height: header.height, orientation: 1 };
  const size = { width, height };
  if (width * height > MAX_MASK_PX) {
    throw new UserError(`${file} says that ${file_name} has ${width}x${height} pixels: correct its width and height.`);
  }
  if (hasSameAspect(size, header)) return { ...size, orientation: 1 };
  if (header.orientation > 4 && hasSameAspect(size, { width: header.height, height: header.width })) {
    return { ...size, orientation: header.orientation };
  }
  throw new UserError(
    `${file} says that ${file_name} is ${width}x${height}, but ${path} is ${header.width}x${header.height} (width x height): annotate this very image.`,
  );
}

function drawn(file: string, { file_name }: CocoImage, annotation: Annotation, frame: Frame): MaskImage {
  const { width, height } = frame;
  const data = new Uint8Array(width * height);
  try {
    draw(data, width, height, annotation.segmentation);
  } catch (error) {
    const why =
      error instanceof z.ZodError ? (error.issues[0]?.message ?? 'it is not as COCO has it') : (error as Error).message;
    throw new UserError(
      `${file}: annotation ${JSON.stringify(annotation.id)} of ${file_name} cannot be read (${why}): correct or remove it.`,
    );
  }
  return { width, height, data };
}

/** @throws ZodError, RangeError */
function draw(mask: Uint8Array, width: number, height: number, segmentation: unknown): void {
  if (Array.isArray(segmentation)) {
    for (const polygon of segmentation) fillPolygon(mask, width, height, polygonSchema.parse(polygon));
    return;
  }
  const { size, counts } = runsSchema.parse(segmentation);
  if (size[0] !== height || size[1] !== width) throw new RangeError(`it is of an image of ${size[1]}x${size[0]}`);
  fillRuns(mask, width, height, typeof counts === 'string' ? decodeRunString(counts) : counts);
}

/** Whether there is anything to draw; keypoints and boxes have none. */
function hasSegmentation(segmentation: unknown): boolean {
  return (
    segmentation !== undefined && segmentation !== null && !(Array.isArray(segmentation) && segmentation.length === 0)
  );
}

/** @throws UserError if several images of the file fit equally well */
function findImage(file: string, byName: ReadonlyMap<string, readonly CocoImage[]>, path: string): CocoImage | null {
  const parts = pathParts(path);
  const named = byName.get(parts.at(-1) as string) ?? [];
  const [best, second] = named
    .map((image) => ({ image, shared: sharedEnd(pathParts(image.file_name), parts) }))
    .sort((a, b) => b.shared - a.shared);
  if (best === undefined) return null;
  if (second !== undefined && second.shared === best.shared) {
    throw new UserError(
      `${file} has several images that may be ${path}, such as ${best.image.file_name} and ${second.image.file_name}: give the folder that their names begin in.`,
    );
  }
  return best.image;
}

/** Folders and name of a path of any system, without the ending. */
function pathParts(path: string): string[] {
  return path
    .replace(/\.[^./\\]*$/, '')
    .split(/[/\\]+/)
    .filter((part) => part !== '' && part !== '.');
}

function sharedEnd(a: readonly string[], b: readonly string[]): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a.at(-1 - shared) === b.at(-1 - shared)) shared++;
  return shared;
}

function grouped<Item>(items: readonly Item[], keyOf: (item: Item) => string): Map<string, Item[]> {
  const groups = new Map<string, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function categoryIds(file: string, categories: readonly unknown[], wanted: string): ReadonlySet<string> {
  const known = categories.flatMap((each) => categorySchema.safeParse(each).data ?? []);
  const ids = known.filter(({ name }) => name === wanted).map((each) => each.id);
  if (ids.length > 0) return new Set(ids);
  const names = known.map(({ name }) => name).join(', ') || 'none';
  throw new UsageError(`${file} has no category ${wanted}: choose one of those it has (${names}).`);
}

interface CocoFile {
  readonly images: readonly unknown[];
  readonly annotations: readonly unknown[];
  readonly categories: readonly unknown[];
}

async function parse(file: string): Promise<CocoFile> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new UserError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code}): check the path.`);
  }
  let content: Partial<CocoFile> | null;
  try {
    content = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch {
    throw new UserError(`${file} is not JSON: give a COCO instances file.`);
  }
  const { images, annotations, categories } = content ?? {};
  if (!Array.isArray(images) || !Array.isArray(annotations)) {
    throw new UserError(`${file} has no lists "images" and "annotations": give a COCO instances file.`);
  }
  return { images, annotations, categories: Array.isArray(categories) ? categories : [] };
}
