import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import {
  createEpochOrder,
  type DomainName,
  type InstanceOrder,
  loadSize,
  type OrderEntry,
  type PairSource,
  type SizePx,
  type TrainingPair,
  UsageError,
  UserError,
} from '@instagan/core/data';
import type { DatasetFault } from '../folder/dataset-fault.ts';
import { type ImageFile, indexMasks, type MaskFile, readDomainFolder } from '../folder/dataset-folder.ts';
import { inspectImages } from '../folder/inspect-images.ts';
import { nameFaults } from '../folder/name-faults.ts';
import { openDecodePool } from './decode-pool.ts';
import type { SampleOptions, SampleTask } from './decode-sample.ts';
import { refuseFaults, summariseFaults } from './folder-faults.ts';
import { createPrefetchQueue } from './prefetch-queue.ts';

export interface FolderPairsOptions {
  /** Folder that holds `trainA`, `trainA_seg`, `trainB`, `trainB_seg`. */
  readonly root: string;
  /** What the network sees, pixels. */
  readonly size: SizePx;
  /** Samples per step and domain. */
  readonly batch: number;
  readonly seed: number;
  /** Instances per image that take part, at least 1. */
  readonly maxInstances: number;
  /** Whether the model trains on masks. Without, mask folders are not read and samples have no masks. */
  readonly needMasks: boolean;
  /** Images are resized to this multiple of `size`, then cropped; 1 … 8. @default 1.1 */
  readonly loadScale?: number;
  /** @default 'area' */
  readonly instanceOrder?: InstanceOrder;
  /**
   * How much masks are jittered, 0 … 1; samples then hold the true ones as well. Where the set has masks that a segmenter
   * predicted, in `trainA_pred` and `trainB_pred`, they are mixed in. @default 0
   */
  readonly maskJitter?: number;
  /** What a sample shows: the whole image, or a region around one of its objects, drawn anew in each epoch. @default 'image' */
  readonly region?: 'image' | 'objects';
  /** Leave out images that cannot be read, instead of refusing the set; every image is then decoded first. @default false */
  readonly skipDamaged?: boolean;
  /** `false`: a plain resize, no crop and no flip. @default true */
  readonly augment?: boolean;
  /** Decode threads; 0 decodes in this thread. @default half the cores, 1 … 4 */
  readonly workers?: number;
  /** Steps decoded ahead; memory grows with it. @default 4 */
  readonly queueLength?: number;
  /** Bytes of resized images kept so that later epochs need not decode them again. @default 128 MiB */
  readonly cacheBytes?: number;
}

/** What one domain brings to training. */
export interface DomainCounts {
  /** Images that take part. */
  readonly images: number;
  /** Masks of those images; 0 if the model needs none. */
  readonly masks: number;
  /** Images left out because they have no mask. */
  readonly leftOut: number;
}

export interface FolderPairs extends PairSource {
  /** What training survives: files left out or converted, one sentence each. */
  readonly warnings: readonly string[];
  readonly counts: Readonly<Record<DomainName, DomainCounts>>;
  /** Decode threads that run; 0 if decoding happens in this thread. */
  readonly workers: number;
}

/**
 * Opens the training half of a dataset in the authors' layout.
 *
 * Every file's header is read first, so that what would stop or corrupt a run is refused before it starts. Samples are
 * decoded in worker threads, `queueLength` steps ahead. Where threads do not start, decoding happens in this thread and a
 * warning says so; the samples are the same.
 *
 * @throws UserError naming the file if the set cannot be trained on, UsageError for an option out of range;
 *   `pair` throws UserError naming the file if one turns out to be damaged beyond its header
 */
export async function openFolderPairs(options: FolderPairsOptions): Promise<FolderPairs> {
  const { root, batch, seed, needMasks, queueLength = 4, cacheBytes = 128 * 2 ** 20 } = options;
  requireWhole('workers', options.workers ?? 0, 0, 64);
  requireWhole('queueLength', queueLength, 0, 1000);
  requireWhole('maxInstances', options.maxInstances, 1, 1000);
  requireWhole('batch', batch, 1, 1000);
  const sampleOptions: SampleOptions = {
    size: options.size,
    loadScale: options.loadScale ?? 1.1,
    augment: options.augment ?? true,
    seed,
    maxInstances: options.maxInstances,
    instanceOrder: options.instanceOrder ?? 'area',
    maskJitter: options.maskJitter ?? 0,
    region: options.region ?? 'image',
  };
  loadSize(sampleOptions);

  const needPredicted = needMasks && sampleOptions.maskJitter > 0;
  const needs = { needMasks, needPredicted, skipDamaged: options.skipDamaged ?? false };
  const a = await openDomain(root, 'A', needs);
  const b = await openDomain(root, 'B', needs);
  refuseFaults(root, [...a.faults, ...b.faults], options.skipDamaged === false);
  const warnings = [a, b].flatMap(({ folder, faults }) => summariseFaults(root, folder, faults));
  const order = createEpochOrder({ seed, countA: a.images.length, countB: b.images.length, batch });
  const workers = options.workers ?? defaultWorkers();
  const { pool, warning } = await openDecodePool(sampleOptions, { workers, cacheBytes });
  if (warning !== null) warnings.push(warning);

  const decode = (domain: DomainName, { images, predicted }: OpenedDomain, entry: OrderEntry) => {
    const { name, file, masks } = images[domain === 'A' ? entry.a : entry.b] as ImageFile;
    const { epoch, index } = entry;
    const predictedMasks = predicted.get(name) ?? [];
    const files = { masks: masks.map((mask) => mask.file), predictedMasks: predictedMasks.map((mask) => mask.file) };
    const task: SampleTask = { name, file, ...files, epoch, index, domain };
    return pool.decode(task);
  };
  const load = async (step: number): Promise<TrainingPair> => {
    const entries = Array.from({ length: batch }, (_, slot) => order.at(step, slot));
    const [samplesA, samplesB] = await Promise.all([
      Promise.all(entries.map((entry) => decode('A', a, entry))),
      Promise.all(entries.map((entry) => decode('B', b, entry))),
    ]);
    return { a: samplesA, b: samplesB };
  };
  const queue = createPrefetchQueue({ load, length: queueLength });
  return {
    stepsPerEpoch: order.stepsPerEpoch,
    warnings,
    counts: { A: a.counts, B: b.counts },
    workers: pool.workers,
    pair: async (step) => {
      requireWhole('step', step, 0, Number.MAX_SAFE_INTEGER);
      return queue.take(step).catch((error: unknown) => {
        if (!(error instanceof UserError) || options.skipDamaged !== false) throw error;
        throw new UserError(`${error.message} Or go on with --resume --skip-damaged, which leaves such images out.`);
      });
    },
    close: async () => {
      queue.clear();
      await pool.close();
    },
  };
}

interface OpenedDomain {
  readonly folder: string;
  readonly images: readonly ImageFile[];
  /** Masks that a segmenter predicted, by the name of the image. */
  readonly predicted: ReadonlyMap<string, readonly MaskFile[]>;
  readonly counts: DomainCounts;
  readonly faults: readonly DatasetFault[];
}

async function openDomain(
  root: string,
  domain: DomainName,
  needs: { readonly needMasks: boolean; readonly needPredicted: boolean; readonly skipDamaged: boolean },
): Promise<OpenedDomain> {
  const { needMasks, needPredicted } = needs;
  const folder = await readDomainFolder(root, 'train', domain);
  const candidates = folder.images
    .filter(({ masks }) => !needMasks || masks.length > 0)
    .map((image) => (needMasks ? image : { ...image, masks: [] }));
  const { images, faults } = await inspectImages(root, folder.imageFolder, candidates, needs);
  const predicted = needPredicted ? await indexMasks(join(root, `${folder.imageFolder}_pred`)) : null;
  return {
    folder: folder.imageFolder,
    images,
    predicted: predicted?.byName ?? new Map(),
    counts: {
      images: images.length,
      masks: images.reduce((sum, { masks }) => sum + masks.length, 0),
      leftOut: folder.images.length - candidates.length,
    },
    faults: [...nameFaults(root, folder, { needMasks }), ...faults],
  };
}

function defaultWorkers(): number {
  return Math.max(1, Math.min(4, Math.floor(availableParallelism() / 2)));
}

function requireWhole(what: string, value: number, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || value < min || value > max) {
    throw new UsageError(`${what} must be a whole number from ${min} to ${max}, got ${value}.`);
  }
}
