import { UsageError } from '@instagan/core/data';
import {
  type AnnotationFormatName,
  type BuildDatasetOptions,
  type BuiltDataset,
  buildDataset,
  openAnnotations,
  recogniseFormat,
} from '@instagan/datasets';
import type { BuildOptions } from '../options/build-options.ts';

export interface BuildDataOptions extends BuildOptions {
  readonly output: string;
  readonly format?: AnnotationFormatName;
}

export interface BuildCallbacks {
  readonly remark: (text: string) => void;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

const DEFAULTS = {
  size: 'keep',
  fit: 'inside',
  minArea: 0.001,
  maxArea: 1,
  minInstances: 1,
  maxInstances: 20,
  orientation: 'any',
  split: 'keep',
  testShare: 0.2,
  seed: 0,
} as const satisfies Partial<BuildOptions>;

/** What the authors' scripts for these formats do; options that are typed go before. */
const ALIKE = { minArea: 0, maxInstances: 1000 } as const;
const LIKE_AUTHORS: Readonly<Partial<Record<AnnotationFormatName, Partial<BuildOptions>>>> = {
  coco: { ...ALIKE, size: { height: 256, width: 256 }, fit: 'crop', crowds: true },
  mhp: { ...ALIKE, size: { height: 450, width: 300 }, fit: 'crop', orientation: 'portrait' },
  ccp: { ...ALIKE, testShare: 0 },
};

/**
 * Builds a dataset from annotations.
 *
 * @throws UsageError, UserError
 */
export async function buildData(
  path: string,
  options: BuildDataOptions,
  { remark, onProgress, signal }: BuildCallbacks,
): Promise<BuiltDataset> {
  const { output, a, b, test, images, testImages = images, attribute, classes, likeAuthors } = options;
  if (a === undefined && b === undefined) {
    throw new UsageError(
      'Without labels there is nothing to build: give --a, --b or both, such as --a sheep --b giraffe.',
    );
  }
  const format = options.format ?? (await recogniseFormat(path));
  const authors = likeAuthors ? LIKE_AUTHORS[format] : {};
  if (authors === undefined) {
    throw new UsageError(
      `The authors have no script for ${format}: leave --like-authors out, or give coco, mhp or ccp.`,
    );
  }
  const settings = { ...DEFAULTS, ...authors, ...options };
  const { size, fit, minArea, maxArea, crowds = false, parts = false } = settings;
  const read = { format, ...defined({ attribute, classes }) };
  const source = await openAnnotations(path, { ...read, ...defined({ images }) });
  const testSource =
    test === undefined ? undefined : await openAnnotations(test, { ...read, ...defined({ images: testImages }) });
  const build: BuildDatasetOptions = {
    output,
    source,
    labels: defined({ A: a, B: b }),
    objects: { minArea, maxArea, crowds, parts, repeats: likeAuthors === true },
    minInstances: settings.minInstances,
    maxInstances: settings.maxInstances,
    exclusive: settings.exclusive ?? false,
    orientation: settings.orientation,
    fit: size === 'keep' ? null : { name: fit, size },
    maxImages: settings.maxImages ?? null,
    split: settings.split,
    testShare: settings.testShare,
    seed: settings.seed,
    record: { format, from: path },
    ...defined({ testSource, maxPixels: settings.maxPixels, onProgress, signal }),
  };
  for (const text of [...source.remarks, ...(testSource?.remarks ?? [])].slice(0, MAX_REMARKS))
    remark(`instagan: ${text}`);
  return buildDataset(build);
}

const MAX_REMARKS = 10;

/** The fields that are not undefined. */
function defined<Fields extends object>(fields: Fields): { [Key in keyof Fields]?: Exclude<Fields[Key], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
