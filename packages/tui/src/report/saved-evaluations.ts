import { readdir } from 'node:fs/promises';
import path from 'node:path';
import type { TranslationDirection } from '@instagan/core';
import { NOT_WAITING, readText } from '@instagan/core/data';
import type { ClassifierAccuracy, DirectionScores } from '@instagan/core/evaluation';
import { shippedModelOf } from '@instagan/models';
import type { AgreementReport } from '../output/score-rows.ts';
import { evaluationSchema } from './evaluation-schema.ts';

/** The folder of a run's classifier and scores: its own, or one in the working folder for a shipped model. */
export function evaluationFolder(run: string): string {
  const shipped = shippedModelOf(run);
  return shipped === undefined ? path.join(run, 'evaluation') : path.join('evaluation', shipped.name);
}

/** The result of `instagan evaluate`, as `--json` prints it and a run keeps it. */
export interface EvaluationReport extends Partial<Record<TranslationDirection, DirectionScores>> {
  readonly run: string;
  readonly step: number;
  readonly data: string;
  readonly split: string;
  /** The options by which it differs from the run's own score, such as `--instances-per-chunk 1`; see `variantOf`. */
  readonly variant: readonly string[];
  readonly classifier: {
    /** Where it was kept. */
    readonly file: string;
    readonly accuracy: ClassifierAccuracy;
  };
  /** See `mainScore`. */
  readonly score: number;
  readonly agreement: AgreementReport;
}

/** Where a run keeps the scores of a checkpoint: those of another variant beside its own. */
export function evaluationFile(
  run: string,
  { split, step, variant }: Pick<EvaluationReport, 'split' | 'step' | 'variant'>,
): string {
  const name = [
    `${split}-step-${String(step).padStart(8, '0')}`,
    ...variant.map((option) => option.replace(/^--/, '')),
  ];
  return path.join(evaluationFolder(run), `${name.join('-').replaceAll(' ', '-')}.json`);
}

/** The evaluations that a run keeps, by step. A file that holds none, such as one that somebody has changed, is passed over. */
export async function readEvaluations(run: string): Promise<EvaluationReport[]> {
  const folder = evaluationFolder(run);
  const names = await readdir(folder).catch(() => []);
  const found: EvaluationReport[] = [];
  for (const name of names.filter((each) => /^[a-z]+-step-\d{8,}(-[\w-]+)?\.json$/.test(each)).sort()) {
    const report = evaluationSchema.safeParse(await readJson(path.join(folder, name)));
    if (report.success) found.push(report.data);
  }
  return found.sort((a, b) => a.step - b.step || a.variant.length - b.variant.length);
}

/** What a file holds; undefined where it cannot be read. */
async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readText(file, NOT_WAITING));
  } catch {
    return undefined;
  }
}
