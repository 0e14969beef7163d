import { markdownTable } from '@instagan/tui/internals/tables';
import { COMPETITORS, type Competitor, type Measurement, type Results, type Summary } from './results.ts';

const PROFILED_KERNELS = 12;

/** The results as Markdown: times with ratios to eager PyTorch, how far results are off, toggles, and the slowest kernels. */
export function resultsTable({ measurements, verified, toggles, profiles }: Results): string {
  const sections = [timesTable(measurements)];
  if (Object.keys(verified).length > 0) sections.push(verifiedTable(verified));
  if (Object.keys(toggles).length > 0) sections.push(togglesTable(toggles));
  for (const [name, profile] of Object.entries(profiles)) sections.push(profileTable(name, profile));
  return `${sections.join('\n\n')}\n`;
}

function timesTable(measurements: readonly Measurement[]): string {
  const rows = [...new Set(measurements.map(({ setting, benchmark }) => `${benchmark} ${setting}`))];
  const find = (row: string, competitor: Competitor): Summary | undefined => {
    const found = measurements.find(
      (each) => `${each.benchmark} ${each.setting}` === row && each.competitor === competitor,
    );
    return found === undefined || 'failure' in found ? undefined : found;
  };
  const lines = rows.map((row) => {
    const [ours, mixed, eager] = [find(row, 'full'), find(row, 'mixed'), find(row, 'eager')];
    return [
      row,
      ...COMPETITORS.map((competitor) => milliseconds(find(row, competitor))),
      ratio(ours, eager),
      ratio(mixed, eager),
      String(ours?.dispatches ?? '–'),
      mebibytes(ours?.gpuBytes),
      mebibytes(eager?.gpuBytes),
      ours?.firstSeconds?.toFixed(1) ?? '–',
    ];
  });
  const devices = new Set(
    measurements.flatMap((each) => ('device' in each ? [`${each.competitor}: ${each.device}`] : [])),
  );
  const head = [
    ...['', 'full, ms', 'mixed, ms', 'stock, ms', 'PyTorch, ms', 'compiled, ms', 'autocast, ms'],
    ...['full / PyTorch', 'mixed / PyTorch', 'dispatches', 'GPU memory, MiB', 'PyTorch, MiB', 'first, s'],
  ];
  return [markdownTable([head, ...lines]), '', ...devices].join('\n');
}

function verifiedTable(verified: Results['verified']): string {
  const lines = Object.entries(verified).map(([name, found]) =>
    'failure' in found
      ? [name, found.failure, '', '']
      : [
          name,
          found.translation.toExponential(1),
          Math.max(...Object.values(found.gradients)).toExponential(1),
          Math.max(...Object.values(found.losses)).toExponential(1),
        ],
  );
  return markdownTable([['off from wasm', 'translation', 'gradients', 'losses'], ...lines]);
}

function togglesTable(toggles: Results['toggles']): string {
  const lines = Object.entries(toggles).map(([name, found]) => [
    name,
    'failure' in found ? found.failure : found.ms.toPrecision(4),
  ]);
  return markdownTable([['step medium', 'ms'], ...lines]);
}

function profileTable(name: string, profile: Results['profiles'][string]): string {
  if ('failure' in profile) return `${name}: ${profile.failure}`;
  const { submittedMs, stepMs, kernelsMs, kernels } = profile;
  const lines = kernels
    .slice(0, PROFILED_KERNELS)
    .map(({ name: kernel, calls, ms }) => [kernel, `${calls}`, ms.toFixed(2)]);
  const summary = `${name}: ${stepMs.toFixed(1)} ms a step, submitted after ${submittedMs.toFixed(1)} ms, kernels ${kernelsMs.toFixed(1)} ms`;
  return `${summary}\n\n${markdownTable([['kernel', 'calls', 'ms'], ...lines])}`;
}

function milliseconds(found: Summary | undefined): string {
  return found === undefined ? '–' : (1000 * found.seconds).toPrecision(3);
}

function ratio(numerator: Summary | undefined, denominator: Summary | undefined): string {
  return numerator && denominator ? (numerator.seconds / denominator.seconds).toFixed(2) : '–';
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : String(Math.round(bytes / 2 ** 20));
}
