import { DIRECTIONS } from '@instagan/core';
import type { DirectionScores } from '@instagan/core/evaluation';
import { formatTable, markdownTable } from '../output/format.ts';
import type { EvaluationReport } from '../report/saved-evaluations.ts';

/** A training of a comparison, scored. */
export interface ScoredRun {
  readonly cell: string;
  readonly seed: number;
  readonly scores: EvaluationReport;
}

interface Column {
  readonly title: string;
  /** NaN where the model has no such figure. */
  readonly figure: (scores: EvaluationReport) => number;
  readonly text: (value: number) => string;
}

const percent = (value: number) => `${(100 * value).toFixed(1)} %`;
const decimal = (value: number) => value.toFixed(3);

/** The mean of a figure over the directions. */
function mean(figure: (scores: DirectionScores) => number | undefined): Column['figure'] {
  return (scores) => {
    const values = DIRECTIONS.flatMap((direction) => {
      const each = scores[direction];
      return each === undefined ? [] : [figure(each) ?? Number.NaN];
    });
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
}

const COLUMNS: readonly Column[] = [
  { title: 'score', figure: ({ score }) => score, text: decimal },
  { title: 'A taken for B', figure: ({ AtoB }) => AtoB?.masked.objects.value ?? Number.NaN, text: percent },
  { title: 'B taken for A', figure: ({ BtoA }) => BtoA?.masked.objects.value ?? Number.NaN, text: percent },
  { title: 'objects kept', figure: mean(({ masks }) => masks?.kept.value), text: percent },
  { title: 'in one piece', figure: mean(({ masks }) => masks?.onePiece.translated.value), text: percent },
  { title: 'grey pixels', figure: mean(({ masks }) => masks?.grey.value), text: percent },
  { title: 'background SSIM', figure: mean(({ background }) => background.ssim.value), text: decimal },
];

/** A row for each cell: the mean over its seeds, and each of them. */
function rowsOf(runs: readonly ScoredRun[]): string[][] {
  const cells = [...new Set(runs.map(({ cell }) => cell))];
  return cells.map((cell) => {
    const own = runs.filter((run) => run.cell === cell).map(({ scores }) => scores);
    return [cell, ...COLUMNS.map((column) => cellText(column, own))];
  });
}

function cellText({ figure, text }: Column, seeds: readonly EvaluationReport[]): string {
  const values = seeds.map(figure).filter((value) => !Number.isNaN(value));
  if (values.length === 0) return '';
  const average = text(values.reduce((sum, value) => sum + value, 0) / values.length);
  return values.length === 1 ? average : `${average} (${values.map(text).join(', ')})`;
}

const TITLES = ['', ...COLUMNS.map(({ title }) => title)];

/** For a terminal. */
export function tableLines(runs: readonly ScoredRun[]): string[] {
  return formatTable([TITLES, ...rowsOf(runs)]);
}

/** For a document. */
export function tableMarkdown(runs: readonly ScoredRun[]): string {
  return markdownTable([TITLES, ...rowsOf(runs)]);
}
