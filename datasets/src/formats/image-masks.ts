import { UsageError, UserError } from '@instagan/core/data';
import type { ImageHeader, MaskImage } from '../images/image-file.ts';
import { type AnnotatedImage, type AnnotationSource, MAX_OBJECTS } from './annotation-source.ts';
import { pathParts, withoutEnding } from './source-files.ts';

/** The instance masks that annotations have for images that lie elsewhere. */
export interface ImageMasks {
  /**
   * The masks of one image, as the image is shown, in its shape; none if the annotations do not know it. Crowds are left out: they
   * outline many objects at once.
   *
   * @param image the path of its file, of which the last parts are looked for
   * @param header of that file
   * @throws UserError if the annotations do not say clearly which pixels they cover
   */
  masksOf(image: string, header: ImageHeader): Promise<readonly MaskImage[]>;
}

export interface ImageMasksOptions {
  /** The only label whose objects count. @default all */
  readonly category?: string;
}

/**
 * Finds the masks of images in annotations of any format. Images go by their path as far as the annotations have it, without the
 * ending.
 *
 * @throws UsageError if no object has that label
 */
export function imageMasks(source: AnnotationSource, { category }: ImageMasksOptions = {}): ImageMasks {
  const { path, images, labels } = source;
  if (category !== undefined && labels !== null && !labels.includes(category)) {
    const names = labels.join(', ') || 'none';
    throw new UsageError(`${path} has no category ${category}: choose one of those it has (${names}).`);
  }
  const byName = new Map<string, AnnotatedImage[]>();
  for (const image of images) {
    const same = byName.get(lastPart(image.name));
    if (same === undefined) byName.set(lastPart(image.name), [image]);
    else same.push(image);
  }
  return {
    async masksOf(file, header) {
      const image = findImage(path, byName.get(lastPart(file)) ?? [], file);
      if (image === null) {
        if (source.unreadableImages === 0) return [];
        throw new UserError(
          `${path} does not name ${file}, and ${source.unreadableImages} of its images cannot be read. ${source.remarks[0]}`,
        );
      }
      const objects = (await image.objects(file, header)).filter(
        ({ isCrowd, label }) => !isCrowd && (category === undefined || label === category),
      );
      if (objects.length > MAX_OBJECTS) {
        throw new UserError(
          `${path} has ${objects.length} annotations of ${file}: at most ${MAX_OBJECTS} are read; remove some.`,
        );
      }
      const masks: MaskImage[] = [];
      for (const object of objects) masks.push(await object.draw());
      return masks;
    },
  };
}

/** @throws UserError if several images of the annotations fit equally well */
function findImage(path: string, named: readonly AnnotatedImage[], file: string): AnnotatedImage | null {
  const parts = pathParts(withoutEnding(file));
  const [best, second] = named
    .map((image) => ({ image, shared: sharedEnd(pathParts(withoutEnding(image.name)), parts) }))
    .sort((a, b) => b.shared - a.shared);
  if (best === undefined) return null;
  if (second !== undefined && second.shared === best.shared) {
    throw new UserError(
      `${path} has several images that may be ${file}, such as ${best.image.name} and ${second.image.name}: give the folder that their names begin in.`,
    );
  }
  return best.image;
}

function lastPart(name: string): string {
  return pathParts(withoutEnding(name)).at(-1) ?? '';
}

function sharedEnd(a: readonly string[], b: readonly string[]): number {
  let shared = 0;
  while (shared < a.length && shared < b.length && a.at(-1 - shared) === b.at(-1 - shared)) shared++;
  return shared;
}
