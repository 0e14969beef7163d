import { basename } from 'node:path';
import type { DatasetFault } from './dataset-fault.ts';
import type { ImageFile } from './dataset-folder.ts';
import { inspectImage } from './inspect-image.ts';
import { mapBounded } from './map-bounded.ts';

export interface InspectedImages {
  /** Those that take part. */
  readonly images: readonly ImageFile[];
  readonly faults: readonly DatasetFault[];
}

/** Faults that only pixels show, and that training does not ask for. */
const SEEN_IN_HEADERS: ReadonlySet<DatasetFault['code']> = new Set(['mask-size']);
/** So many files are named in a message. */
const MAX_NAMED = 20;

/**
 * Looks at the images that are to be trained on, and at their masks: at their headers alone, or with `skipDamaged` at every
 * pixel, which takes as long as an epoch's decoding. Images that cannot be read, or one of whose masks cannot, are then left
 * out, and one warning counts and names them.
 *
 * @param folder name of the images' folder, for the warning
 */
export async function inspectImages(
  root: string,
  folder: string,
  images: readonly ImageFile[],
  { needMasks, skipDamaged }: { readonly needMasks: boolean; readonly skipDamaged: boolean },
): Promise<InspectedImages> {
  const depth = skipDamaged ? 'pixels' : 'headers';
  const inspected = await mapBounded(images, 8, (image) => inspectImage(root, image, { depth, needMasks }));
  if (!skipDamaged) return { images, faults: inspected.flatMap(({ faults }) => faults) };
  const damaged = inspected.map(({ faults }) => faults.find(({ code }) => code === 'unreadable'));
  const faults = inspected.flatMap(({ faults }, i) => {
    if (damaged[i] !== undefined) return [];
    return faults.filter(({ severity, code }) => severity === 'error' || SEEN_IN_HEADERS.has(code));
  });
  const leftOut = images.filter((_, i) => damaged[i] !== undefined);
  const used = images.filter((_, i) => damaged[i] === undefined);
  const [first] = damaged.filter((fault) => fault !== undefined);
  if (first !== undefined) faults.push(leftOutFault(root, folder, leftOut, first, used.length));
  return { images: used, faults };
}

function leftOutFault(
  root: string,
  folder: string,
  leftOut: readonly ImageFile[],
  first: DatasetFault,
  used: number,
): DatasetFault {
  if (used === 0) {
    const message = `None of the images in ${root}/${folder} can be read; of the first: ${first.message}`;
    return { ...first, severity: 'error', message };
  }
  const names = leftOut.slice(0, MAX_NAMED).map(({ file }) => basename(file));
  if (leftOut.length > MAX_NAMED) names.push(`and ${leftOut.length - MAX_NAMED} more`);
  const count =
    leftOut.length === 1 ? '1 image that cannot be read is' : `${leftOut.length} images that cannot be read are`;
  const message = `${count} left out of ${folder}: ${names.join(', ')} ("instagan dataset check ${root}" says why).`;
  return { ...first, severity: 'warning', message };
}
