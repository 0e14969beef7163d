import type { TranslationDirection } from '@instagan/core';
import { markdownTable } from '@instagan/tui/internals/tables';
import type { Chart, Series } from './chart.ts';
import type { MaskCondition } from './mask-condition.ts';
import type { TranslationScores } from './score-translations.ts';
import type { Estimate } from './scores.ts';

/** The JSON of the benchmark. */
export interface MaskQualityReport {
  readonly direction: TranslationDirection;
  /** Test images. */
  readonly images: number;
  /** Share of the objects of real test images that the classifier takes for the target domain: of that domain itself
   * (1 would be perfect), and of the images to be translated (0 would be). */
  readonly classifier: { readonly real: Estimate; readonly untranslated: Estimate };
  readonly results: readonly MaskQualityResult[];
}

export interface MaskQualityResult extends Omit<MaskCondition, 'masks'>, TranslationScores {
  readonly run: string;
  readonly step: number;
}

const PANELS = [
  { score: 'translated', label: 'objects taken for the target', unit: '%', scale: 100 },
  { score: 'background', label: 'change of the background', unit: 'of 255', scale: 1 },
  { score: 'drift', label: 'distance to true-mask result', unit: 'of 255', scale: 1 },
] as const;

/** The results as a Markdown table: a row for each run and condition, means and standard errors. */
export function tableOf({ results, classifier }: MaskQualityReport): string {
  const text = ({ mean, standardError }: Estimate, scale: number) =>
    `${(scale * mean).toFixed(1)} ± ${(scale * standardError).toFixed(1)}`;
  const rows = results.map((result) => [
    result.strength === null ? result.kind : `${result.kind}, ${result.strength}`,
    result.iou.toFixed(2),
    result.run,
    ...PANELS.map(({ score, scale }) => text(result[score], scale)),
  ]);
  const heading = ['masks', 'IoU', 'model', ...PANELS.map(({ label, unit }) => `${label}, ${unit}`)];
  const { real, untranslated } = classifier;
  return [
    markdownTable([heading, ...rows]),
    '',
    `Real objects of the target: ${text(real, 100)} %; not translated: ${text(untranslated, 100)} %.`,
  ].join('\n');
}

/** Each score against the IoU of true and jittered masks, with predicted ones beside. */
export function chartOf({ results }: MaskQualityReport, title: string): Chart {
  const runs = [...new Set(results.map(({ run }) => run))];
  return {
    title,
    xLabel: 'IoU of the masks',
    panels: PANELS.map(({ score, label, unit, scale }) => ({
      label: `${label} (${unit})`,
      series: runs.flatMap((run): Series[] => {
        const pointsOf = (kinds: readonly MaskCondition['kind'][]) =>
          results
            .filter((result) => result.run === run && kinds.includes(result.kind))
            .map((result) => ({
              x: result.iou,
              y: scale * result[score].mean,
              error: scale * result[score].standardError,
            }))
            .sort((a, b) => a.x - b.x);
        const lines: Series = { name: run, points: pointsOf(['true', 'jittered']), isLine: true };
        const predicted: Series = { name: run, points: pointsOf(['predicted']), isLine: false };
        return predicted.points.length === 0 ? [lines] : [lines, predicted];
      }),
    })),
  };
}
