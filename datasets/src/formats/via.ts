import path from 'node:path';
import { isFile, isFolder, UserError } from '@instagan/core/data';
import * as z from 'zod';
import type { AnnotatedImage, AnnotationFormat, AnnotationSource, OpenOptions } from './annotation-source.ts';
import { fillPolygon } from './fill-polygon.ts';
import { drawMask, frameOf } from './frame.ts';
import { fillEllipse, fillRectangle } from './shapes.ts';
import { locatePicture, readJson } from './source-files.ts';
import { readViaProject } from './via-project.ts';

/**
 * VGG Image Annotator, versions 1 to 3: one JSON file, an export or a project. The label of a region is the attribute named by
 * `attribute`, else the only one, else `name`, `class`, `label` or `type`.
 */
export const via: AnnotationFormat = {
  recognises: ({ head, names }) =>
    /"(regions|region_attributes|vid_list|_via_\w+)"\s*:/.test(head) || names.has(DEFAULT_FILE),
  open: openVia,
};

const DEFAULT_FILE = 'via_region_data.json';
const LABEL_ATTRIBUTES = ['name', 'class', 'label', 'type'];

const regionSchema = z.object({
  shape_attributes: z.looseObject({ name: z.string() }),
  region_attributes: z.record(z.string(), z.unknown()).nullish(),
});
type Region = z.output<typeof regionSchema>;
const entrySchema = z.object({
  filename: z.string().min(1),
  regions: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).nullish(),
});
const numbers = z.array(z.number()).min(3).max(50_000);
const shapes = {
  polygon: z.object({ all_points_x: numbers, all_points_y: numbers }),
  rect: z.object({ x: z.number(), y: z.number(), width: z.number(), height: z.number() }),
  circle: z.object({ cx: z.number(), cy: z.number(), r: z.number() }),
  ellipse: z.object({ cx: z.number(), cy: z.number(), rx: z.number(), ry: z.number(), theta: z.number().optional() }),
};

async function openVia(given: string, { images: folder, attribute }: OpenOptions): Promise<AnnotationSource> {
  const file = (await isFolder(given)) ? path.join(given, DEFAULT_FILE) : given;
  if (file !== given && !(await isFile(file))) {
    throw new UserError(`${given} holds no ${DEFAULT_FILE}: give the JSON file that VIA saved.`);
  }
  const content = (await readJson(file, 'a file that VIA saved')) as Record<string, unknown> | null;
  const project = readViaProject(content);
  const entries = project?.entries ?? content?._via_img_metadata ?? content;
  if (typeof entries !== 'object' || entries === null || Array.isArray(content)) {
    throw new UserError(`${file} is no file of VIA: it names no images with regions.`);
  }
  const folders = folder === undefined ? [path.dirname(file), path.join(path.dirname(file), 'images')] : [folder];
  const images: AnnotatedImage[] = [];
  let unreadableImages = 0;
  for (const entry of Object.values(entries)) {
    const { data } = entrySchema.safeParse(entry);
    if (data === undefined) unreadableImages++;
    else images.push(annotatedImage(file, data.filename, Object.values(data.regions ?? {}), folders, attribute));
  }
  if (images.length === 0) {
    throw new UserError(
      project === null
        ? `${file} is no file of VIA: it names no images with regions; save the project, or export it as JSON.`
        : `${file} has no view of a single image: annotate images, not videos or pairs.`,
    );
  }
  const remarks: string[] = [];
  if (unreadableImages > 0) remarks.push(`${file}: ${unreadableImages} of its images have no filename: correct them.`);
  if (project !== null && project.others > 0) {
    remarks.push(
      `${file}: ${project.others} of its views show a video, a sound or several files, and are passed over.`,
    );
  }
  return {
    path: file,
    images,
    labels: [...new Set(images.flatMap(({ labels }) => [...(labels ?? [])]))],
    remarks,
    unreadableImages,
  };
}

function annotatedImage(
  file: string,
  name: string,
  values: readonly unknown[],
  folders: readonly string[],
  attribute: string | undefined,
): AnnotatedImage {
  const regions = values.map((value) => regionSchema.safeParse(value).data ?? null);
  const known = regions.flatMap((region) => (region === null ? [] : [labelOf(region, attribute)]));
  return {
    name,
    split: null,
    labels: new Set(known.filter((label) => label !== '')),
    locate: () => locatePicture(file, name, folders),
    async objects(picture, header) {
      const frame = frameOf(file, name, null, picture, header);
      return regions.flatMap((region, i) => {
        if (region === null) throw new UserError(`${file}: region ${i} of ${name} has no shape: correct or remove it.`);
        if (!Object.hasOwn(shapes, region.shape_attributes.name)) return [];
        const draw = () =>
          drawMask(`${file}: region ${i} of ${name}`, frame, (mask) =>
            fillRegion(mask, frame.width, frame.height, region),
          );
        return [{ label: labelOf(region, attribute), isCrowd: false, draw }];
      });
    },
  };
}

/** Empty for none. Of checkboxes, the first that is set. */
function labelOf({ region_attributes: attributes }: Region, attribute: string | undefined): string {
  const names = Object.keys(attributes ?? {});
  const chosen =
    attribute ??
    (names.length === 1 ? names[0] : LABEL_ATTRIBUTES.find((name) => Object.hasOwn(attributes ?? {}, name)));
  const value = chosen === undefined || !Object.hasOwn(attributes ?? {}, chosen) ? undefined : attributes?.[chosen];
  if (typeof value === 'object' && value !== null) return Object.keys(value)[0] ?? '';
  return value === undefined || value === null ? '' : String(value);
}

/** @throws RangeError if the shape lacks a number */
function fillRegion(mask: Uint8Array, width: number, height: number, { shape_attributes: shape }: Region): void {
  switch (shape.name) {
    case 'polygon': {
      const { all_points_x: xs, all_points_y: ys } = parsed(shapes.polygon, shape);
      if (xs.length !== ys.length) throw new RangeError('it has an x and a y for each point');
      fillPolygon(
        mask,
        width,
        height,
        xs.flatMap((x, i) => [x, ys[i] as number]),
      );
      break;
    }
    case 'rect': {
      const { x, y, width: across, height: down } = parsed(shapes.rect, shape);
      fillRectangle(mask, width, height, [x, y], [x + across, y + down]);
      break;
    }
    case 'circle': {
      const { cx, cy, r } = parsed(shapes.circle, shape);
      fillEllipse(mask, width, height, { x: cx, y: cy, radiusX: r, radiusY: r });
      break;
    }
    default: {
      const { cx, cy, rx, ry, theta = 0 } = parsed(shapes.ellipse, shape);
      fillEllipse(mask, width, height, { x: cx, y: cy, radiusX: rx, radiusY: ry, angle: theta });
      break;
    }
  }
}

function parsed<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new RangeError(`its ${issue?.path.join('.')} is not as VIA has it`);
}
