import { createRng, type DomainName, UsageError, UserError } from '@instagan/core/data';
import { mapBounded } from '../folder/map-bounded.ts';
import type { AnnotatedImage, AnnotationSource } from '../formats/annotation-source.ts';
import { arrangeDomain, type BuiltDomain, type SplitOptions } from './arrange-domain.ts';
import { type DomainRecord, openBuiltFolder } from './built-folder.ts';
import { ANY_LABEL, type Candidate, type DomainBuild, isOfDomain } from './domain-build.ts';
import { uniqueNames } from './image-names.ts';
import { type ImageFilter, stageImage } from './stage-image.ts';

export interface BuildDatasetOptions extends ImageFilter, SplitOptions {
  /** New or empty folder, or one that holds the other domain, built earlier. */
  readonly output: string;
  readonly source: AnnotationSource;
  /** Where test images come from, if from other annotations. */
  readonly testSource?: AnnotationSource;
  /** The labels whose objects make up each domain, {@link ANY_LABEL} for all; without labels, a domain is not built. */
  readonly labels: Readonly<Partial<Record<DomainName, readonly string[]>>>;
  /** Images of each domain, drawn by the seed; null for all. */
  readonly maxImages: number | null;
  /** What the folder records of the build, beside its counts. */
  readonly record: DomainRecord;
  /** Stops the build, of which nothing is left then. */
  readonly signal?: AbortSignal;
  readonly onProgress?: (done: number, total: number) => void;
}

export interface BuiltDataset {
  readonly output: string;
  readonly domains: readonly BuiltDomain[];
  /** What could not be read and is left out: a sentence each, the first {@link MAX_FAULTS}. */
  readonly faults: readonly string[];
  readonly faultCount: number;
}

const MAX_FAULTS = 100;
/** So many images are worked on together. */
const AT_ONCE = 4;
/** At most so many images are begun before it is looked at whether there are enough. */
const MAX_ROUND = 64;

/**
 * Builds a dataset in the authors' layout from annotations of any format: objects of some labels become domain A, those of others
 * domain B. An image with objects of both is in both. What is left out is counted; a domain appears whole or not at all.
 *
 * @throws UsageError if a label does not exist or `output` holds anything else; UserError if nothing is left to build or a file cannot
 *   be written; the signal's reason if aborted
 */
export async function buildDataset(options: BuildDatasetOptions): Promise<BuiltDataset> {
  const { output, seed, maxImages, signal, onProgress } = options;
  const builds = (['A', 'B'] as const).flatMap((domain) => beginDomain(domain, options));
  const candidates = candidatesOf(options, builds);
  const order =
    maxImages === null
      ? candidates
      : createRng(seed, 'choose')
          .permutation(candidates.length)
          .map((i) => candidates[i] as Candidate);
  const folder = await openBuiltFolder(
    output,
    builds.map(({ domain }) => domain),
  );
  const faults: string[] = [];
  let faultCount = 0;
  const onFault = (message: string) => {
    if (faultCount++ < MAX_FAULTS) faults.push(message);
  };
  try {
    const missing = () => Math.max(...builds.map(({ staged }) => (maxImages ?? Infinity) - staged.length));
    for (let done = 0; done < order.length && missing() > 0; ) {
      const round = order.slice(done, done + Math.min(missing(), MAX_ROUND));
      await mapBounded(round, AT_ONCE, async (candidate) => {
        signal?.throwIfAborted();
        await stageImage(candidate, builds, folder.staging, options, onFault);
        done++;
        onProgress?.(done, order.length);
      });
      for (const build of builds) keepFirst(build, order, maxImages);
    }
    const domains: BuiltDomain[] = [];
    const folders: string[] = [];
    for (const build of builds) {
      if (build.staged.length === 0) throw nothingLeft(build, options, faults[0]);
      const arranged = await arrangeDomain(build, folder.staging, options);
      domains.push(arranged.built);
      folders.push(...arranged.folders);
    }
    const records = domains.map(({ domain, ...counts }) => [
      domain,
      { ...options.record, labels: options.labels[domain], ...counts },
    ]);
    await folder.finish(folders, Object.fromEntries(records));
    return { output, domains, faults, faultCount };
  } catch (error) {
    await folder.abandon();
    throw error;
  }
}

/** @throws UsageError for a label that does not exist */
function beginDomain(domain: DomainName, { labels, source, testSource }: BuildDatasetOptions): DomainBuild[] {
  const own = labels[domain];
  if (own === undefined) return [];
  const known = [source, testSource].flatMap((each) => (each === undefined ? [] : [each.labels]));
  for (const label of own) {
    if (label === ANY_LABEL || known.some((list) => list === null || list.includes(label))) continue;
    const names = [...new Set(known.flatMap((list) => list ?? []))].join(', ') || 'none';
    throw new UsageError(`${source.path} has no label ${label}: choose one of those it has (${names}).`);
  }
  const objects = { kept: 0, empty: 0, small: 0, large: 0, repeated: 0 };
  return [{ domain, labels: new Set(own), staged: [], leftOut: {}, objects }];
}

/** The images that have objects of the labels, or may have. */
function candidatesOf(
  { source, testSource, objects: { crowds } }: BuildDatasetOptions,
  builds: readonly DomainBuild[],
): Candidate[] {
  const mayBelong = ({ labels, crowdLabels }: AnnotatedImage) =>
    labels === null ||
    [...labels, ...(crowds ? (crowdLabels ?? []) : [])].some((label) =>
      builds.some((build) => isOfDomain(build, label)),
    );
  const images = [
    ...source.images.map((image) => ({ image, split: image.split ?? (testSource ? ('train' as const) : null) })),
    ...(testSource?.images ?? []).map((image) => ({ image, split: 'test' as const })),
  ].filter(({ image }) => mayBelong(image));
  const names = uniqueNames(images.map(({ image }) => image));
  return images.map((each, place) => ({ ...each, name: names[place] as string, place }));
}

/** Keeps as many images as are wanted, in the order drawn, whichever were done first. */
function keepFirst(build: DomainBuild, order: readonly Candidate[], maxImages: number | null): void {
  if (maxImages === null || build.staged.length <= maxImages) return;
  const drawn = new Map(order.map((candidate, i) => [candidate, i]));
  const placeOf = ({ candidate }: { candidate: Candidate }) => drawn.get(candidate) as number;
  build.staged = [...build.staged].sort((a, b) => placeOf(a) - placeOf(b)).slice(0, maxImages);
}

function nothingLeft(
  { domain, labels, leftOut }: DomainBuild,
  { source }: BuildDatasetOptions,
  fault?: string,
): UserError {
  const reasons = Object.entries(leftOut).map(([fate, images]) => `${images} ${fate}`);
  const met = [...new Set(source.images.flatMap(({ labels: own }) => [...(own ?? [])]))].sort().join(', ');
  const none = `no image has such an object${met === '' ? '' : ` (images have ${met})`}`;
  const why = reasons.length === 0 ? none : `all are left out (${reasons.join(', ')})`;
  const first = fault === undefined ? '' : ` The first that cannot be read: ${fault}`;
  return new UserError(
    `${source.path} gives no image for domain ${domain} (${[...labels].join(', ')}), as ${why}: choose other labels or limits.${first}`,
  );
}
