import { UserError } from '@instagan/core/data';
import { type DomainMeasures, measureDataset } from '@instagan/datasets';
import { counted, formatTable } from '../output/format.ts';
import { openTerminal, printJson } from '../output/terminal.ts';

export interface DatasetStatsCommandOptions {
  readonly json?: true;
}

/** One bar of a histogram. */
export interface Bin {
  readonly name: string;
  readonly count: number;
}

/** Smallest, middle and largest of some values; null without any. */
interface Range {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

const BAR_COLUMNS = 40;
/** Images with so many objects or more share a bar. */
const MANY_INSTANCES = 10;
/** Where one bar of areas ends and the next begins, in percent. */
const AREA_LIMITS = [0.1, 0.3, 1, 3, 10, 30, 100];

/**
 * `instagan dataset stats`: figures of a dataset, with small histograms.
 *
 * @throws UserError if the folder is none, or holds none of the dataset's
 */
export async function datasetStatsAction(folder: string, { json }: DatasetStatsCommandOptions): Promise<void> {
  const measures = await measureDataset(folder);
  if (measures.length === 0) {
    throw new UserError(`${folder} holds no trainA, trainB, testA or testB: give the folder of a dataset.`);
  }
  const stats = measures.map(statsOf);
  if (json) {
    printJson({ root: folder, domains: stats });
    return;
  }
  const terminal = openTerminal();
  for (const [i, domain] of stats.entries()) {
    if (i > 0) terminal.line();
    for (const line of statsLines(domain)) terminal.line(line);
  }
  const unreadable = stats.reduce((sum, each) => sum + each.unreadable, 0);
  if (unreadable > 0) {
    terminal.remark(`instagan: ${counted(unreadable, 'image')} cannot be read: "instagan dataset check" says why.`);
  }
}

function statsOf({ folder, sizes, instances, areas, unreadable }: DomainMeasures) {
  return {
    folder,
    images: sizes.length,
    masks: areas.length,
    unreadable,
    height: rangeOf(sizes.map(({ height }) => height)),
    width: rangeOf(sizes.map(({ width }) => width)),
    instances: { ...rangeOf(instances), histogram: instanceBins(instances) },
    areaPercent: { ...rangeOf(areas.map((area) => 100 * area)), histogram: areaBins(areas) },
  };
}

function rangeOf(values: readonly number[]): Range | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (sorted.length - 1))] as number;
  return { min: at(0), median: at(0.5), max: at(1) };
}

/** How many images have one object, two, …; those between are listed even if there are none. */
export function instanceBins(instances: readonly number[]): Bin[] {
  if (instances.length === 0) return [];
  const largest = instances.reduce((max, each) => Math.max(max, each), 0);
  const last = Math.min(MANY_INSTANCES, largest);
  const first = instances.includes(0) ? 0 : 1;
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const n = first + i;
    const isMany = n === MANY_INSTANCES && largest > MANY_INSTANCES;
    const count = instances.filter((each) => (isMany ? each >= n : each === n)).length;
    return { name: isMany ? `${n} or more` : String(n), count };
  });
}

/** How many objects cover less than a thousandth of their image, up to three, … */
export function areaBins(areas: readonly number[]): Bin[] {
  if (areas.length === 0) return [];
  return AREA_LIMITS.map((to, i) => {
    const from = AREA_LIMITS[i - 1] ?? 0;
    const count = areas.filter((area) => 100 * area >= from && (100 * area < to || to === 100)).length;
    return { name: i === 0 ? `under ${to} %` : `${from} to ${to} %`, count };
  });
}

function statsLines({
  folder,
  images,
  masks,
  height,
  width,
  instances,
  areaPercent,
}: ReturnType<typeof statsOf>): string[] {
  const lines = [`${folder}: ${counted(images, 'image')}, ${counted(masks, 'object')}`];
  if (height === null || width === null) return lines;
  const row = (name: string, { min, median, max }: Range) => [`  ${name}`, String(min), String(median), String(max)];
  lines.push(...formatTable([['', 'min', 'median', 'max'], row('height', height), row('width', width)]));
  lines.push('  objects an image:', ...barLines(instances.histogram));
  if (masks > 0) lines.push('  part of the image that an object covers:', ...barLines(areaPercent.histogram));
  return lines;
}

function barLines(bins: readonly Bin[]): string[] {
  const largest = Math.max(1, ...bins.map(({ count }) => count));
  return formatTable(
    bins.map(({ name, count }) => [
      `    ${name}`,
      '='.repeat(Math.ceil((BAR_COLUMNS * count) / largest)),
      String(count),
    ]),
  );
}
