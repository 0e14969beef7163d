import path from 'node:path';
import { isFolder, UserError } from '@instagan/core/data';
import * as z from 'zod';
import type { AnnotatedImage, AnnotationFormat, AnnotationSource, OpenOptions } from './annotation-source.ts';
import { fillPolygon } from './fill-polygon.ts';
import { drawMask, frameOf } from './frame.ts';
import { fillBitmap, fillEllipse, fillRectangle } from './shapes.ts';
import { filesBelow, locatePicture, pathParts, readJson } from './source-files.ts';

/**
 * labelme: `NAME.json` for each picture, mostly beside it. Shapes of one label and `group_id` are one object; labels between double
 * underscores, such as `__ignore__`, are none.
 */
export const labelme: AnnotationFormat = {
  recognises: ({ head, names }) =>
    /"(shapes|imagePath)"\s*:/.test(head) || [...names].some((name) => /\.json$/i.test(name)),
  open: openLabelme,
};

const point = z.tuple([z.number(), z.number()]);
const shapeSchema = z.object({
  label: z.union([z.string(), z.number()]).transform(String),
  points: z.array(point),
  group_id: z.union([z.number(), z.string()]).nullish(),
  shape_type: z.string().nullish(),
  mask: z.string().nullish(),
});
type Shape = z.output<typeof shapeSchema>;
const side = z.int().min(1);
const fileSchema = z.object({
  imagePath: z.string().min(1),
  imageHeight: side.nullish(),
  imageWidth: side.nullish(),
  shapes: z.array(z.unknown()),
});

/** Kinds of shapes that cover pixels; lines and points do not. */
const AREAS: ReadonlySet<string> = new Set(['polygon', 'rectangle', 'circle', 'mask']);
const NO_LABEL = /^__.*__$|^_background_$/;

async function openLabelme(root: string, { images: folder }: OpenOptions): Promise<AnnotationSource> {
  const base = (await isFolder(root)) ? root : path.dirname(root);
  const files = base === root ? await filesBelow(root, (name) => /\.json$/i.test(name)) : [path.basename(root)];
  if (files.length === 0) throw new UserError(`${root} holds no JSON file: give the folder that labelme saved into.`);
  const images: AnnotatedImage[] = [];
  const remarks: string[] = [];
  for (const name of files) {
    const file = path.join(base, name);
    try {
      images.push(await annotatedImage(file, name, folder));
    } catch (error) {
      if (!(error instanceof UserError) || files.length === 1) throw error;
      remarks.push(error.message);
    }
  }
  const [first] = remarks;
  if (images.length === 0 && first !== undefined) throw new UserError(first);
  return {
    path: root,
    images,
    labels: [...new Set(images.flatMap(({ labels }) => [...(labels ?? [])]))],
    remarks,
    unreadableImages: remarks.length,
  };
}

async function annotatedImage(file: string, name: string, folder: string | undefined): Promise<AnnotatedImage> {
  const { success, data } = fileSchema.safeParse(await readJson(file, 'a file that labelme saved'));
  if (!success) throw new UserError(`${file} is no file of labelme: it has no imagePath and shapes.`);
  const { imagePath, imageHeight, imageWidth } = data;
  const shapes = data.shapes.map((shape, i) => {
    const result = shapeSchema.safeParse(shape);
    if (result.success) return result.data;
    throw new UserError(`${file}: shape ${i} has no label and points of two numbers each: correct or remove it.`);
  });
  const objects = groupShapes(shapes);
  const pictureName = path.posix.join(path.posix.dirname(name), pathParts(imagePath).at(-1) ?? '');
  const folders = folder === undefined ? [path.dirname(file)] : [folder];
  return {
    name: pictureName,
    split: null,
    labels: new Set(objects.map(([first]) => (first as Shape).label)),
    locate: () => locatePicture(file, imagePath, folders),
    async objects(picture, header) {
      const stated = imageHeight && imageWidth ? { height: imageHeight, width: imageWidth } : null;
      const frame = frameOf(file, imagePath, stated, picture, header);
      return objects.map((parts) => {
        const { label } = parts[0] as Shape;
        return {
          label,
          isCrowd: false,
          draw: () =>
            drawMask(`${file}: ${label}`, frame, async (mask) => {
              for (const shape of parts) await fillShape(mask, frame.width, frame.height, shape);
            }),
        };
      });
    },
  };
}

/** Shapes that cover pixels, those of one object together. */
function groupShapes(shapes: readonly Shape[]): (readonly Shape[])[] {
  const groups = new Map<string, Shape[]>();
  for (const [i, shape] of shapes.entries()) {
    if (!AREAS.has(shape.shape_type ?? 'polygon') || NO_LABEL.test(shape.label)) continue;
    const key = shape.group_id === undefined || shape.group_id === null ? i : `${shape.group_id}/${shape.label}`;
    groups.set(String(key), [...(groups.get(String(key)) ?? []), shape]);
  }
  return [...groups.values()];
}

async function fillShape(mask: Uint8Array, width: number, height: number, shape: Shape): Promise<void> {
  const { points, shape_type: kind } = shape;
  const [first, second] = points;
  if (kind === 'polygon' || kind === undefined || kind === null) {
    if (points.length < 3) throw new RangeError('a polygon has three points or more');
    return fillPolygon(mask, width, height, points.flat());
  }
  if (first === undefined || second === undefined) throw new RangeError(`a ${kind} has two points`);
  if (kind === 'rectangle') return fillRectangle(mask, width, height, first, second);
  if (kind === 'circle') {
    const radius = Math.hypot(second[0] - first[0], second[1] - first[1]);
    return fillEllipse(mask, width, height, { x: first[0], y: first[1], radiusX: radius, radiusY: radius });
  }
  if (!shape.mask) throw new RangeError('a mask has a bitmap');
  return fillBitmap(mask, width, height, first, shape.mask);
}
