import path from 'node:path';
import { UserError } from '@instagan/core/data';
import * as z from 'zod';
import {
  type AnnotatedImage,
  type AnnotatedObject,
  type AnnotationFormat,
  type AnnotationSource,
  MAX_OBJECTS,
  type OpenOptions,
} from './annotation-source.ts';
import { drawSegmentation, hasSegmentation } from './coco-segmentation.ts';
import { drawMask, frameOf } from './frame.ts';
import { type ItemPlace, readJsonItems, readJsonLists } from './json-lists.ts';
import { locatePicture } from './source-files.ts';

/**
 * COCO's "instances" files: polygons, and run lengths in both their forms. Files of hundreds of megabytes are gone through once, and
 * an outline is read again when it is drawn.
 */
export const coco: AnnotationFormat = {
  recognises: ({ head }) => /"(annotations|categories|licenses)"\s*:\s*\[|"images"\s*:\s*\[\s*\{/.test(head),
  open: openCoco,
};

/** An id, which some tools write as text. */
const id = z.union([z.number(), z.string()]).transform(String);
const side = z.int().min(1);
const imageSchema = z.object({ id, file_name: z.string().min(1), width: side.nullish(), height: side.nullish() });
type CocoImage = z.output<typeof imageSchema>;
const annotationSchema = z.object({
  image_id: id,
  category_id: id.nullish(),
  iscrowd: z.union([z.number(), z.boolean()]).nullish(),
  segmentation: z.unknown(),
});
const categorySchema = z.object({ id, name: z.string() });

const LISTS: ReadonlySet<string> = new Set(['images', 'annotations', 'categories']);

interface CocoObject {
  /** Empty for none. */
  readonly categoryId: string;
  readonly isCrowd: boolean;
  readonly place: ItemPlace;
}

/** What is kept of a file. */
interface CocoFile {
  readonly images: readonly CocoImage[];
  readonly unreadableImages: number;
  readonly unreadableAnnotations: number;
  readonly objectsOf: ReadonlyMap<string, readonly CocoObject[]>;
  readonly labelOf: ReadonlyMap<string, string>;
}

async function openCoco(file: string, { images: folder }: OpenOptions): Promise<AnnotationSource> {
  const content = await readCoco(file);
  const beside = path.dirname(file);
  const folders = folder === undefined ? [beside, path.join(beside, 'images')] : [folder];
  const { images, unreadableImages, unreadableAnnotations } = content;
  const remarks: string[] = [];
  if (unreadableImages > 0) {
    remarks.push(`${file}: ${unreadableImages} of its images have no id, file_name or whole sizes: correct them.`);
  }
  if (unreadableAnnotations > 0) {
    remarks.push(`${file}: ${unreadableAnnotations} of its annotations name no image: correct them.`);
  }
  return {
    path: file,
    images: images.map((image) => annotatedImage(file, image, content, folders)),
    labels: [...new Set(content.labelOf.values())],
    remarks,
    unreadableImages,
  };
}

function annotatedImage(
  file: string,
  { id: imageId, file_name: name, width, height }: CocoImage,
  { objectsOf, labelOf }: CocoFile,
  folders: readonly string[],
): AnnotatedImage {
  const own = objectsOf.get(imageId) ?? [];
  const labelled = ({ categoryId }: CocoObject) => labelOf.get(categoryId) ?? categoryId;
  return {
    name,
    split: null,
    labels: new Set(own.filter(({ isCrowd }) => !isCrowd).map(labelled)),
    crowdLabels: new Set(own.filter(({ isCrowd }) => isCrowd).map(labelled)),
    locate: () => locatePicture(file, name, folders),
    async objects(picture, header): Promise<readonly AnnotatedObject[]> {
      const frame = frameOf(file, name, width && height ? { width, height } : null, picture, header);
      if (own.length > MAX_OBJECTS) {
        throw new UserError(
          `${file} has ${own.length} annotations of ${name}: at most ${MAX_OBJECTS} are read; remove some.`,
        );
      }
      const items = await readJsonItems(
        file,
        own.map(({ place }) => place),
      );
      return own.map((object, i) => {
        const { id, segmentation } = items[i] as { id: unknown; segmentation: unknown };
        return {
          label: labelled(object),
          isCrowd: object.isCrowd,
          draw: () =>
            drawMask(`${file}: annotation ${JSON.stringify(id)} of ${name}`, frame, (mask) =>
              drawSegmentation(mask, frame.width, frame.height, segmentation),
            ),
        };
      });
    },
  };
}

/** Of an annotation no more is kept than its ids, whether it is a crowd, and where it lies in the file. */
async function readCoco(file: string): Promise<CocoFile> {
  const images: CocoImage[] = [];
  const objectsOf = new Map<string, CocoObject[]>();
  const labelOf = new Map<string, string>();
  let unreadableImages = 0;
  let unreadableAnnotations = 0;
  const takeAnnotation = (value: unknown, place: ItemPlace) => {
    const annotation = annotationSchema.safeParse(value).data;
    if (annotation === undefined) {
      unreadableAnnotations++;
      return;
    }
    const { image_id, category_id, iscrowd } = annotation;
    if (!hasSegmentation(annotation.segmentation)) return;
    const object = { categoryId: category_id ?? '', isCrowd: Boolean(iscrowd), place };
    const own = objectsOf.get(image_id);
    if (own === undefined) objectsOf.set(image_id, [object]);
    else own.push(object);
  };
  const lists = await readJsonLists(file, LISTS, (list, value, place) => {
    if (list === 'annotations') takeAnnotation(value, place);
    else if (list === 'images') {
      const image = imageSchema.safeParse(value).data;
      if (image === undefined) unreadableImages++;
      else images.push(image);
    } else {
      const category = categorySchema.safeParse(value).data;
      if (category !== undefined) labelOf.set(category.id, category.name);
    }
  });
  if (!lists.has('images') || !lists.has('annotations')) {
    throw new UserError(`${file} has no lists "images" and "annotations": give a COCO instances file.`);
  }
  return { images, unreadableImages, unreadableAnnotations, objectsOf, labelOf };
}
