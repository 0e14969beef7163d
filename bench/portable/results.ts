import { writeFileSync } from 'node:fs';
import path from 'node:path';
import type { BackendDescription } from '@instagan/core/backends';
import type { Measured } from '../measure/measuring.ts';
import type { Profile } from '../measure/profile.ts';
import type { Verified } from '../measure/verify.ts';
import type { Benchmark } from '../options.ts';
import { median } from '../report.ts';
import type { SettingName } from '../settings.ts';
import type { Outcome } from './measurer.ts';
import { resultsTable } from './results-table.ts';

/** Who is measured: ours in full and in mixed precision, TensorFlow.js without our kernels, and PyTorch in its modes. */
export const COMPETITORS = ['full', 'mixed', 'stock', 'eager', 'compile', 'autocast'] as const;
export type Competitor = (typeof COMPETITORS)[number];

export const BENCHMARKS = ['step', 'translate'] as const satisfies readonly Benchmark[];

/** One competitor at one setting, or why it has no figure. */
export type Measurement = {
  readonly setting: SettingName;
  readonly benchmark: (typeof BENCHMARKS)[number];
  readonly competitor: Competitor;
} & Outcome<Summary>;

/** Times are medians, in seconds. */
export type Summary = Omit<Measured, 'seconds'> & { readonly seconds: number };

export interface Results {
  backends?: readonly BackendDescription[];
  readonly verified: Record<string, Outcome<Verified>>;
  readonly measurements: Measurement[];
  /** Milliseconds of a step at medium, by what differs from the usual toggles. */
  readonly toggles: Record<string, Outcome<{ readonly ms: number }>>;
  readonly profiles: Record<string, Outcome<Profile>>;
  /** Files of tile times. */
  tiles: readonly unknown[];
  training?: { readonly command: string; readonly exitCode: number | null; readonly seconds: number };
}

export function summarised({ seconds, ...rest }: Measured): Summary {
  return { ...rest, seconds: median(seconds) };
}

/** All results, in files that are complete after each {@link save}. */
export class ResultsFile {
  readonly results: Results = { verified: {}, measurements: [], toggles: {}, profiles: {}, tiles: [] };
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  save(): void {
    writeFileSync(path.join(this.#folder, 'results.json'), `${JSON.stringify(this.results, null, 2)}\n`);
    writeFileSync(path.join(this.#folder, 'results.md'), this.markdown());
  }

  markdown(): string {
    return resultsTable(this.results);
  }
}
