import type { PeerIdentity } from './competitors.ts';
import type { Measured } from './measure/measuring.ts';

/** What one repeat is called, which names the field that holds its time. */
export type TimeField = 'secondsPerStep' | 'secondsPerImage';

/** A competitor's figures: times are medians. */
export type Summary<F extends TimeField> = Record<F, number> & Omit<Measured, 'seconds'>;

export function summarise<F extends TimeField>(field: F, { seconds, ...rest }: Measured): Summary<F> {
  return { [field]: median(seconds), ...rest } as Summary<F>;
}

/** The JSON of a benchmark of whole steps or images. */
export interface TimesReport<F extends TimeField> {
  readonly results: readonly (Summary<F> & { readonly backend: string })[];
  readonly peer: (Summary<F> & PeerIdentity) | null;
  /** Our time over the peer's, by backend. */
  readonly ratios: Readonly<Record<string, number>> | null;
}

export function timesReport<F extends TimeField>(
  field: F,
  results: TimesReport<F>['results'],
  peer: TimesReport<F>['peer'],
): TimesReport<F> {
  const ratios = peer && Object.fromEntries(results.map((each) => [each.backend, each[field] / peer[field]]));
  return { results, peer, ratios };
}

/** One line for a competitor, such as `wasm (2 threads, SIMD): 1.104 s, peak 377 MiB`. */
export function summaryLine<F extends TimeField>(name: string, field: F, summary: Summary<F>): string {
  const { device, peakRssBytes, gpuBytes, dispatches } = summary;
  const gpu = gpuBytes === undefined ? '' : `, ${mebibytes(gpuBytes)} on the GPU`;
  const counted = dispatches === undefined ? '' : `, ${dispatches} dispatches`;
  const unit = field === 'secondsPerStep' ? 'a step' : 'an image';
  return `${name} (${device}): ${summary[field].toFixed(3)} s ${unit}, peak ${mebibytes(peakRssBytes)}${gpu}${counted}`;
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] as number;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] as number)) / 2;
}

function mebibytes(bytes: number): string {
  return `${Math.round(bytes / 2 ** 20)} MiB`;
}
