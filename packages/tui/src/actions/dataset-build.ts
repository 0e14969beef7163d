import path from 'node:path';
import { isFolder } from '@instagan/core/data';
import type { BuiltDataset, BuiltDomain, ImageFate, ObjectFate } from '@instagan/datasets';
import { counted, formatSeconds, formatTable, shellQuoted } from '../output/format.ts';
import { progressLine } from '../output/progress-line.ts';
import { openTerminal, printJson, type Terminal } from '../output/terminal.ts';
import { type BuildDataOptions, buildData } from './build-data.ts';

export interface DatasetBuildCommandOptions extends BuildDataOptions {
  readonly json?: true;
}

/** So many images that cannot be read are told; `--json` has more. */
const MAX_TOLD = 5;

/**
 * `instagan dataset coco`, `voc`, …, `convert`: builds a dataset from annotations.
 *
 * @throws UsageError, UserError
 */
export async function datasetBuildAction(annotations: string, options: DatasetBuildCommandOptions): Promise<void> {
  const terminal = openTerminal();
  const beganMs = performance.now();
  const onProgress = (done: number, total: number) => {
    const secondsEach = (performance.now() - beganMs) / 1000 / done;
    terminal.status(progressLine({ item: 'image', done, total, secondsEach }));
  };
  const built = await buildData(annotations, options, {
    remark: terminal.remark,
    ...(options.json ? {} : { onProgress }),
  });
  if (options.json) {
    printJson(built);
    return;
  }
  report(built, terminal);
  terminal.line(`Built in ${formatSeconds((performance.now() - beganMs) / 1000)}.`);
  for (const domain of ['A', 'B'] as const) {
    if (await isFolder(path.join(options.output, `train${domain}`))) continue;
    terminal.line(
      `Domain ${domain} is still missing: add it with --${domain.toLowerCase()} LABELS and the same --output, from these annotations or others.`,
    );
  }
  terminal.line(`Next: instagan dataset preview ${shellQuoted(options.output)}`);
}

function report({ output, domains, faults, faultCount }: BuiltDataset, terminal: Terminal): void {
  const heading = ['folder', 'images', 'masks'];
  const rows = domains.flatMap(({ domain, train, test }) => [
    [`train${domain}`, String(train.images), String(train.masks)],
    [`test${domain}`, String(test.images), String(test.masks)],
  ]);
  terminal.line(`${output}:`);
  for (const line of formatTable([heading, ...rows])) terminal.line(line);
  for (const domain of domains) {
    const text = leftOutText(domain);
    if (text !== '') terminal.line(text);
  }
  for (const fault of faults.slice(0, MAX_TOLD)) terminal.remark(`instagan: ${fault}`);
  if (faultCount > MAX_TOLD) terminal.remark(`instagan: … and ${faultCount - MAX_TOLD} more; --json lists them.`);
}

const IMAGE_FATES: Readonly<Record<ImageFate, string>> = {
  unreadable: 'unreadable',
  none: 'no object left',
  few: 'too few objects',
  many: 'too many objects',
  both: 'objects of both domains',
  tiny: 'tiny',
  turned: 'other orientation',
};

const OBJECT_FATES: Readonly<Record<Exclude<ObjectFate, 'kept'>, string>> = {
  empty: 'without a pixel',
  small: 'too small',
  large: 'too large',
  repeated: 'same as another',
};

/** Such as `A: left out 3 images (too many objects 2, unreadable 1)`; empty if nothing is. */
function leftOutText({ domain, leftOut, objects }: BuiltDomain): string {
  const texts = [...fatesText('image', IMAGE_FATES, leftOut), ...fatesText('object', OBJECT_FATES, objects)];
  return texts.length === 0 ? '' : `${domain}: left out ${texts.join(' and ')}.`;
}

function fatesText<Fate extends string>(
  noun: string,
  words: Readonly<Record<Fate, string>>,
  counts: Readonly<Partial<Record<Fate, number>>>,
): string[] {
  const met = (Object.keys(words) as Fate[]).map((fate) => [words[fate], counts[fate] ?? 0] as const);
  const sum = met.reduce((total, [, count]) => total + count, 0);
  if (sum === 0) return [];
  const reasons = met.filter(([, count]) => count > 0).map(([word, count]) => `${word} ${count}`);
  return [`${counted(sum, noun)} (${reasons.join(', ')})`];
}
