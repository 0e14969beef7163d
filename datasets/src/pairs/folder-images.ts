import { type DomainName, type MaskedImage, type MaskedImages, UserError } from '@instagan/core/data';
import { type ImageFile, readDomainFolder, type SplitName } from '../folder/dataset-folder.ts';
import { inspectImages } from '../folder/inspect-images.ts';
import { nameFaults } from '../folder/name-faults.ts';
import { readHeader } from '../images/image-file.ts';
import { readImage } from '../images/read-image.ts';
import { readMask } from '../images/read-mask.ts';
import { createByteCache } from './byte-cache.ts';
import { refuseFaults, summariseFaults } from './folder-faults.ts';

export interface FolderImagesOptions {
  /** Folder that holds `trainA`, `trainA_seg` and so on. */
  readonly root: string;
  readonly split: SplitName;
  readonly domain: DomainName;
  /** Leave out images that cannot be read, instead of refusing the set; every image is then decoded first. @default false */
  readonly skipDamaged?: boolean;
  /** Images larger than this are scaled down to it, their shape kept; without it all keep their size. */
  readonly maxPixels?: number;
  /** Bytes of decoded images kept so that later epochs need not decode them again. @default 256 MiB */
  readonly cacheBytes?: number;
}

export interface FolderImages extends MaskedImages {
  /** What is no reason to stop: files left out or converted, one sentence each. */
  readonly warnings: readonly string[];
  /** Masks of all images. */
  readonly masks: number;
  /** Images left out because they have no mask. */
  readonly leftOut: number;
  close(): Promise<void>;
}

/**
 * Opens the images of one domain with their masks, in the authors' layout; those without a mask are left out.
 *
 * @throws UserError naming the file if the set cannot be used; `load` if one turns out to be damaged beyond its header
 */
export async function openFolderImages(options: FolderImagesOptions): Promise<FolderImages> {
  const {
    root,
    split,
    domain,
    skipDamaged,
    maxPixels = Number.POSITIVE_INFINITY,
    cacheBytes = 256 * 2 ** 20,
  } = options;
  const folder = await readDomainFolder(root, split, domain);
  const candidates = folder.images.filter(({ masks }) => masks.length > 0);
  const needs = { needMasks: true, skipDamaged: skipDamaged ?? false };
  const { images, faults: found } = await inspectImages(root, folder.imageFolder, candidates, needs);
  const faults = [...nameFaults(root, folder, { needMasks: true }), ...found];
  refuseFaults(root, faults, skipDamaged === false);
  if (images.length === 0) throw new UserError(`${root}/${folder.imageFolder} has no image with a mask: add some.`);
  const cache = createByteCache<MaskedImage>(cacheBytes);
  return {
    count: images.length,
    warnings: summariseFaults(root, folder.imageFolder, faults),
    masks: images.reduce((sum, { masks }) => sum + masks.length, 0),
    leftOut: folder.images.length - candidates.length,
    load: async (index) => {
      const file = images[index] as ImageFile;
      const known = cache.get(file.file);
      if (known !== undefined) return known;
      const loaded = await load(file, maxPixels);
      const bytes = loaded.image.length + loaded.masks.reduce((sum, mask) => sum + mask.length, 0);
      cache.set(file.file, loaded, bytes);
      return loaded;
    },
    close: async () => {},
  };
}

async function load({ name, file, masks }: ImageFile, maxPixels: number): Promise<MaskedImage> {
  const { width, height } = await readHeader(file);
  const scale = Math.min(1, Math.sqrt(maxPixels / (width * height)));
  const side = (own: number) => Math.max(1, Math.round(own * scale));
  const size = { width: side(width), height: side(height) };
  const image = await readImage(file, { size });
  const loaded = await Promise.all(masks.map((mask) => readMask(mask.file, { size })));
  return { name, ...size, image: image.data, masks: loaded.map(({ data }) => data) };
}
