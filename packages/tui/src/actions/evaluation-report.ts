import { DIRECTIONS, type DomainName, type TranslationDirection } from '@instagan/core';
import type { ClassifierAccuracy, DirectionScores, Estimate } from '@instagan/core/evaluation';
import type { AgreementScores } from '@instagan/segmenter';
import { counted, formatTable } from '../output/format.ts';

/** What a segmenter of each domain says of translations and of real images. */
export type AgreementReport = Partial<
  Record<DomainName, { readonly translated: AgreementScores; readonly real: AgreementScores }>
>;

/** The result of `instagan evaluate`, as `--json` prints it. */
export interface EvaluationReport extends Partial<Record<TranslationDirection, DirectionScores>> {
  readonly run: string;
  readonly step: number;
  readonly data: string;
  readonly split: string;
  readonly classifier: { readonly accuracy: ClassifierAccuracy };
  /** See `mainScore`. */
  readonly score: number;
  readonly agreement: AgreementReport;
}

/** The report as text: a table for each direction. */
export function evaluationLines(report: EvaluationReport): string[] {
  const { plain, masked, objects } = report.classifier.accuracy;
  return [
    `${report.run} at step ${report.step} on ${report.data}/${report.split}`,
    `classifier: right about ${percent(plain)} of ${counted(objects, 'held-out object')}, ${percent(masked)} of them alone`,
    ...DIRECTIONS.flatMap((direction) => {
      const scores = report[direction];
      return scores === undefined ? [] : ['', ...formatTable(tableOf(direction, scores, report.agreement))];
    }),
    '',
    `score ${number(report.score)}: objects alone taken for the target, times the SSIM of the background and the wholeness of masks`,
  ];
}

function tableOf(direction: TranslationDirection, scores: DirectionScores, agreements: AgreementReport): string[][] {
  const [source, , , target] = direction as unknown as [DomainName, string, string, DomainName];
  const { plain, masked, masks, background, rim, sharpness, reconstruction, kid } = scores;
  const agreement = agreements[target];
  const both = (text: Text, { translated, real }: { translated: Estimate; real: Estimate }) => [
    ranged(text, translated),
    text(real.value),
  ];
  const taken = ({ objects, real, untranslated }: DirectionScores['plain']) => [
    ranged(percent, objects),
    percent(real.value),
    percent(untranslated.value),
  ];
  return [
    [
      `${source} to ${target}: ${counted(scores.images, 'image')}, ${counted(scores.objects, 'object')}`,
      'translated (95 % interval)',
      `real ${target}`,
      `real ${source}`,
    ],
    [`objects taken for ${target}`, ...taken(plain)],
    [`objects alone taken for ${target}`, ...taken(masked)],
    [`images taken for ${target}`, ranged(percent, plain.images)],
    [`images taken for ${target}, by their objects alone`, ranged(percent, masked.images)],
    [`sharpness of objects, over that of real ${target}`, ranged(number, sharpness.objects), '1'],
    ...(masks === null
      ? []
      : [
          ['images whose objects are all kept', ranged(percent, masks.kept)],
          ['objects in one piece', ...both(percent, masks.onePiece)],
          ['wholeness of objects: one over their pieces', ...both(number, masks.wholeness)],
          ['pieces of an object', ...both(number, masks.pieces)],
          ['grey pixels of masks', ranged(percent, masks.grey)],
          ['checkerboard in masks', ...both(number, masks.checkerboard)],
          ['IoU with the nearest training shape', ...both(number, masks.nearest)],
          ['diversity of shapes', number(masks.diversity.translated), number(masks.diversity.real)],
        ]),
    ...(agreement === undefined
      ? []
      : [
          ["segmenter's IoU with the masks", ...both(number, pairOf(agreement, 'iou'))],
          ["segmenter's AP50", ...both(number, pairOf(agreement, 'ap50'))],
          ['images in which it counts as many', ...both(percent, pairOf(agreement, 'count'))],
        ]),
    ['background: PSNR, dB', ranged(number, background.psnr)],
    ['background: SSIM', ranged(number, background.ssim)],
    ['rim of objects: PSNR, dB', ranged(number, rim.psnr)],
    ['rim of objects: SSIM', ranged(number, rim.ssim)],
    ["sharpness of the background, over the input's", ranged(number, sharpness.background)],
    ['translated back: error, of 255', ranged(number, reconstruction.error)],
    ['translated back: IoU of masks', ranged(number, reconstruction.iou)],
    [`KID to real ${target}, images`, ranged(number, kid.images), '0'],
    [`KID to real ${target}, objects`, ranged(number, kid.objects), '0'],
  ];
}

function pairOf(
  { translated, real }: { translated: AgreementScores; real: AgreementScores },
  name: keyof AgreementScores,
): { translated: Estimate; real: Estimate } {
  return { translated: translated[name], real: real[name] };
}

type Text = (value: number) => string;

/** Such as `89.8 % (84.1 % to 94.2 %)`. */
function ranged(text: Text, { value, low, high }: Estimate): string {
  return Number.isNaN(value) ? 'none' : `${text(value)} (${text(low)} to ${text(high)})`;
}

function percent(share: number): string {
  return Number.isNaN(share) ? 'none' : `${(100 * share).toFixed(1)} %`;
}

function number(value: number): string {
  if (Number.isNaN(value)) return 'none';
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(3);
}
