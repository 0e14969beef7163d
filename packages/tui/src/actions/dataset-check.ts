import { checkDataset, type DatasetFault, type DatasetReport, type DomainStatistics } from '@instagan/datasets';
import { EXIT_CODE } from '../exit-code.ts';
import { counted, formatTable } from '../output/format.ts';
import { openTerminal, printJson, type Terminal } from '../output/terminal.ts';

export interface DatasetCheckCommandOptions {
  readonly maxInstances: number;
  readonly json?: true;
}

/**
 * `instagan dataset check`: lists every fault of a dataset.
 *
 * @returns the exit code: 1 if there is any fault
 * @throws UserError if the folder cannot be listed
 */
export async function datasetCheckAction(folder: string, options: DatasetCheckCommandOptions): Promise<number> {
  const report = await checkDataset(folder, { maxInstances: options.maxInstances });
  if (options.json) printJson(report);
  else printReport(report, openTerminal());
  return report.faults.length > 0 ? EXIT_CODE.failed : EXIT_CODE.done;
}

function printReport({ root, errors, warnings, faults, domains }: DatasetReport, terminal: Terminal): void {
  const heading = ['folder', 'images', 'masks', 'instances an image', 'height', 'width'];
  for (const line of formatTable([heading, ...domains.map(rowOf)])) terminal.line(line);
  for (const { folder, empty } of domains.filter((domain) => domain.empty > 0)) {
    terminal.line(
      `${folder}: ${counted(empty, 'image')} without an object, the only mask all background: "segmenter train" learns from them, "train" passes over them.`,
    );
  }
  printFaults(terminal, counted(errors, 'error'), 'training refuses the set', faults, 'error');
  printFaults(terminal, counted(warnings, 'warning'), 'training goes on', faults, 'warning');
  terminal.line();
  terminal.line(
    faults.length === 0
      ? `${root}: no faults.`
      : `${root}: ${counted(errors, 'error')}, ${counted(warnings, 'warning')}.`,
  );
}

function printFaults(
  terminal: Terminal,
  title: string,
  meaning: string,
  faults: readonly DatasetFault[],
  severity: DatasetFault['severity'],
): void {
  const listed = faults.filter((fault) => fault.severity === severity);
  if (listed.length === 0) return;
  terminal.line();
  terminal.line(`${title} (${meaning}):`);
  for (const line of groupedFaults(listed)) terminal.line(`  ${line}`);
}

/** Faults of one kind are told in full up to this many; of more, the first one, and the files of the others. */
const MAX_TOLD = 3;
/** So many files are named; `--json` has them all. */
const MAX_NAMED = 100;

/** Faults in lines: those of one kind together. */
export function groupedFaults(faults: readonly DatasetFault[]): string[] {
  const byCode = new Map<string, DatasetFault[]>();
  for (const fault of faults) {
    const group = byCode.get(fault.code);
    if (group === undefined) byCode.set(fault.code, [fault]);
    else group.push(fault);
  }
  return [...byCode].flatMap(([code, group]) => {
    const [first, ...others] = group;
    if (first === undefined || group.length <= MAX_TOLD) return group.map(({ message }) => message);
    const names = others.slice(0, MAX_NAMED).map(({ file }) => file);
    const rest = others.length > MAX_NAMED ? `, and ${others.length - MAX_NAMED} more that --json lists` : '';
    return [
      `${group.length} faults of one kind (${code}): ${first.message}`,
      `  The same in ${names.join(', ')}${rest}.`,
    ];
  });
}

function rowOf({ folder, images, masks, instancesPerImage, height, width }: DomainStatistics): string[] {
  const counts = instancesPerImage.map(({ instances }) => instances);
  const instances = counts.length === 0 ? '' : range(Math.min(...counts), Math.max(...counts));
  const side = (px: DomainStatistics['height']) => (px === null ? '' : range(px.min, px.max));
  return [folder, String(images), String(masks), instances, side(height), side(width)];
}

function range(min: number, max: number): string {
  return min === max ? String(min) : `${min}-${max}`;
}
