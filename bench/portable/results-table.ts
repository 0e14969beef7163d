import type { Measured } from '../measure/measuring.ts';
import type { SettingName } from '../settings.ts';

/** One competitor at one setting, or why it has no figure. */
export type Measurement = {
  readonly setting: SettingName;
  readonly benchmark: 'step' | 'translate';
  /** `webgpu` is ours, `mixed` ours in mixed precision, `stock` TensorFlow.js without our kernels. */
  readonly competitor: 'webgpu' | 'mixed' | 'stock' | 'pytorch';
} & ((Omit<Measured, 'seconds'> & { readonly seconds: number }) | { readonly failure: string });

/** A Markdown table: a row for each setting and benchmark. */
export function resultsTable(measurements: readonly Measurement[]): string {
  const rows = [...new Set(measurements.map(({ setting, benchmark }) => `${benchmark} ${setting}`))];
  const find = (row: string, competitor: Measurement['competitor']) => {
    const found = measurements.find(
      (each) => `${each.benchmark} ${each.setting}` === row && each.competitor === competitor,
    );
    return found === undefined || 'failure' in found ? undefined : found;
  };
  const lines = rows.map((row) => {
    const [ours, mixed] = [find(row, 'webgpu'), find(row, 'mixed')];
    const [stock, peer] = [find(row, 'stock'), find(row, 'pytorch')];
    const cells = [
      row,
      seconds(ours),
      seconds(mixed),
      seconds(stock),
      seconds(peer),
      ratio(ours, peer),
      ratio(mixed, peer),
      ratio(stock, ours),
      String(ours?.dispatches ?? '–'),
      mebibytes(ours?.gpuBytes),
      mebibytes(peer?.gpuBytes),
    ];
    return `| ${cells.join(' | ')} |`;
  });
  const devices = new Set(
    measurements.flatMap((each) => ('device' in each ? [`${each.competitor}: ${each.device}`] : [])),
  );
  return `${[
    '| | ours, s | mixed, s | stock, s | PyTorch, s | ours / PyTorch | mixed / PyTorch | stock / ours | dispatches | GPU memory, MiB | PyTorch, MiB |',
    '|---|---|---|---|---|---|---|---|---|---|---|',
    ...lines,
    '',
    ...devices,
  ].join('\n')}\n`;
}

type Found = (Omit<Measured, 'seconds'> & { readonly seconds: number }) | undefined;

function seconds(found: Found): string {
  return found === undefined ? '–' : found.seconds.toPrecision(3);
}

function ratio(numerator: Found, denominator: Found): string {
  return numerator && denominator ? (numerator.seconds / denominator.seconds).toFixed(2) : '–';
}

function mebibytes(bytes: number | undefined): string {
  return bytes === undefined ? '–' : String(Math.round(bytes / 2 ** 20));
}
