import type { DomainName } from '@instagan/core/data';
import type { DatasetFault } from './dataset-fault.ts';
import { type DomainFolder, readDomainFolder, type SplitName } from './dataset-folder.ts';
import { inspectImage } from './inspect-image.ts';
import { mapBounded } from './map-bounded.ts';
import { fileFromRoot, nameFaults } from './name-faults.ts';

export interface CheckDatasetOptions {
  /** More instances in one image than this are warned of. @default 20, what inference takes */
  readonly maxInstances?: number;
  /** Images looked at together; each costs memory for one decoded mask. @default 4 */
  readonly concurrency?: number;
}

export interface RangePx {
  readonly min: number;
  readonly max: number;
}

/** Figures of one folder, such as `trainA`. */
export interface DomainStatistics {
  readonly split: SplitName;
  readonly domain: DomainName;
  readonly folder: string;
  readonly images: number;
  readonly masks: number;
  /** Images whose only mask is all background, which says that there is no object in them. */
  readonly empty: number;
  /** One entry per number of instances that occurs, ascending: how many images have it. */
  readonly instancesPerImage: readonly { readonly instances: number; readonly images: number }[];
  /** Of the readable images; null without any. */
  readonly width: RangePx | null;
  readonly height: RangePx | null;
}

export interface DatasetReport {
  readonly root: string;
  /** Faults that training refuses. */
  readonly errors: number;
  /** Faults that training survives. */
  readonly warnings: number;
  /** By folder, then by image. */
  readonly faults: readonly DatasetFault[];
  /** `trainA`, `trainB`, and those of `testA`, `testB` that exist. */
  readonly domains: readonly DomainStatistics[];
}

/**
 * Looks at every file of a dataset, decodes it whole, and lists every fault.
 *
 * @throws UserError if `root` is no folder; a bad file is a fault in the report, never an exception
 */
export async function checkDataset(root: string, options: CheckDatasetOptions = {}): Promise<DatasetReport> {
  const faults: DatasetFault[] = [];
  const domains: DomainStatistics[] = [];
  for (const split of ['train', 'test'] as const) {
    for (const domain of ['A', 'B'] as const) {
      const folder = await readDomainFolder(root, split, domain);
      if (split === 'test' && !folder.imageFolderExists && !folder.maskFolderExists) continue;
      const checked = await checkDomain(root, folder, options);
      faults.push(...checked.faults);
      domains.push(checked.statistics);
    }
  }
  const errors = faults.filter(({ severity }) => severity === 'error').length;
  return { root, errors, warnings: faults.length - errors, faults, domains };
}

async function checkDomain(
  root: string,
  folder: DomainFolder,
  { maxInstances = 20, concurrency = 4 }: CheckDatasetOptions,
): Promise<{ faults: DatasetFault[]; statistics: DomainStatistics }> {
  const { split, domain, imageFolder, images } = folder;
  const faults = nameFaults(root, folder, { needMasks: true });
  const inspected = await mapBounded(images, concurrency, (image) =>
    inspectImage(root, image, { depth: 'pixels', needMasks: true }),
  );
  for (const [i, { faults: found }] of inspected.entries()) {
    faults.push(...found);
    const image = images[i];
    if (image === undefined || image.masks.length <= maxInstances) continue;
    const file = fileFromRoot(root, image.file);
    const message = `${file} has ${image.masks.length} instances, more than ${maxInstances}; the largest ${maxInstances} take part: raise the limit or split the image.`;
    faults.push({ severity: 'warning', code: 'too-many-instances', file, message });
  }
  const masks = images.reduce((sum, image) => sum + image.masks.length, 0);
  if (split === 'train' && masks > 0 && !inspected.some(({ hasObject }) => hasObject)) {
    const message = `${imageFolder} has no object to learn from: all of its ${masks} masks are all background; draw the objects.`;
    faults.push({ severity: 'error', code: 'no-objects', file: fileFromRoot(root, imageFolder), message });
  }
  const sizes = inspected.flatMap(({ size }) => size ?? []);
  return {
    faults,
    statistics: {
      split,
      domain,
      folder: imageFolder,
      images: images.length,
      masks,
      empty: inspected.filter(({ isEmpty }) => isEmpty).length,
      instancesPerImage: histogram(images.map(({ masks }, i) => (inspected[i]?.isEmpty ? 0 : masks.length))),
      width: rangeOf(sizes.map(({ width }) => width)),
      height: rangeOf(sizes.map(({ height }) => height)),
    },
  };
}

function histogram(counts: readonly number[]): DomainStatistics['instancesPerImage'] {
  const images = new Map<number, number>();
  for (const count of counts) images.set(count, (images.get(count) ?? 0) + 1);
  return [...images].sort(([a], [b]) => a - b).map(([instances, of]) => ({ instances, images: of }));
}

function rangeOf(values: readonly number[]): RangePx | null {
  if (values.length === 0) return null;
  return values.reduce((range, v) => ({ min: Math.min(range.min, v), max: Math.max(range.max, v) }), {
    min: Number.POSITIVE_INFINITY,
    max: 0,
  });
}
