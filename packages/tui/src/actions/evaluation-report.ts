import { DIRECTIONS, type TranslationDirection } from '@instagan/core';
import type { DirectionScores } from '@instagan/core/evaluation';
import { counted, formatTable } from '../output/format.ts';
import {
  type AgreementReport,
  domainsOf,
  estimateText,
  figureText,
  scoredText,
  scoreRows,
  shareText,
} from '../output/score-rows.ts';
import type { EvaluationReport } from '../report/saved-evaluations.ts';

/** The result of `instagan evaluate` as text: a table for each direction. */
export function evaluationLines(report: EvaluationReport): string[] {
  const { plain, masked, objects } = report.classifier.accuracy;
  return [
    [`${report.run} at step ${report.step} on ${report.data}/${report.split}`, ...report.variant].join(' '),
    `classifier: right about ${shareText(plain)} of ${counted(objects, 'held-out object')}, ${shareText(masked)} of them alone`,
    ...DIRECTIONS.flatMap((direction) => {
      const scores = report[direction];
      return scores === undefined ? [] : ['', ...formatTable(tableOf(direction, scores, report.agreement))];
    }),
    '',
    `score ${figureText(report.score)}: objects alone taken for the target, times the SSIM of the background and the wholeness of masks`,
  ];
}

function tableOf(direction: TranslationDirection, scores: DirectionScores, agreements: AgreementReport): string[][] {
  const { source, target } = domainsOf(direction);
  return [
    [scoredText(direction, scores), 'translated (95 % interval)', `real ${target}`, `real ${source}`],
    ...scoreRows(direction, scores, agreements).map((row) => [
      row.name,
      estimateText(row),
      row.real === null ? '' : row.text(row.real),
      row.untranslated === null ? '' : row.text(row.untranslated),
    ]),
  ];
}
