import type { DomainName, TranslationDirection } from '@instagan/core';
import type { Compared, DirectionScores, Estimate } from '@instagan/core/evaluation';
import type { AgreementScores } from '@instagan/segmenter';
import { counted } from './format.ts';

/** What a segmenter of each domain says of translations and of real images. */
export type AgreementReport = Partial<
  Record<DomainName, { readonly translated: AgreementScores; readonly real: AgreementScores }>
>;

/** A figure of an evaluation, with what it is compared with; NaN where there is nothing to measure. */
export interface ScoreRow {
  readonly name: string;
  readonly text: (value: number) => string;
  /** Without an interval its ends are NaN. */
  readonly translated: Estimate;
  /** Of real images of the target domain, which translations should come near; null where that makes no sense. */
  readonly real: number | null;
  /** Of real images of the source domain, before translation; null where that makes no sense. */
  readonly untranslated: number | null;
}

/** The domains that a direction begins and ends with. */
export function domainsOf(direction: TranslationDirection): {
  readonly source: DomainName;
  readonly target: DomainName;
} {
  return direction === 'AtoB' ? { source: 'A', target: 'B' } : { source: 'B', target: 'A' };
}

/** Such as `A to B: 60 images, 143 objects`. */
export function scoredText(direction: TranslationDirection, { images, objects }: DirectionScores): string {
  const { source, target } = domainsOf(direction);
  return `${source} to ${target}: ${counted(images, 'image')}, ${counted(objects, 'object')}`;
}

/** The figures of one direction, in the order in which people read them; `docs/evaluation.md` tells what each says. */
export function scoreRows(
  direction: TranslationDirection,
  scores: DirectionScores,
  agreements: AgreementReport,
): ScoreRow[] {
  const { target } = domainsOf(direction);
  const { plain, masked, masks, background, rim, sharpness, reconstruction, kid } = scores;
  const agreement = agreements[target];
  const row = (
    name: string,
    text: ScoreRow['text'],
    translated: Estimate,
    real: number | null = null,
    untranslated: number | null = null,
  ): ScoreRow => ({ name, text, translated, real, untranslated });
  const compared = (name: string, text: ScoreRow['text'], { translated, real }: Compared) =>
    row(name, text, translated, real.value);
  const taken = (name: string, { objects, real, untranslated }: DirectionScores['plain']) =>
    row(name, shareText, objects, real.value, untranslated.value);
  return [
    taken(`objects taken for ${target}`, plain),
    taken(`objects alone taken for ${target}`, masked),
    row(`images taken for ${target}`, shareText, plain.images),
    row(`images taken for ${target}, by their objects alone`, shareText, masked.images),
    row(`sharpness of objects, over that of real ${target}`, figureText, sharpness.objects, 1),
    ...(masks === null
      ? []
      : [
          row('images whose objects are all kept', shareText, masks.kept),
          compared('objects in one piece', shareText, masks.onePiece),
          compared('wholeness of objects: one over their pieces', figureText, masks.wholeness),
          compared('pieces of an object', figureText, masks.pieces),
          row('grey pixels of masks', shareText, masks.grey),
          compared('checkerboard in masks', figureText, masks.checkerboard),
          compared('IoU with the nearest training shape', figureText, masks.nearest),
          row('diversity of shapes', figureText, exactly(masks.diversity.translated), masks.diversity.real),
        ]),
    ...(agreement === undefined
      ? []
      : [
          compared("segmenter's IoU with the masks", figureText, pairOf(agreement, 'iou')),
          compared("segmenter's AP50", figureText, pairOf(agreement, 'ap50')),
          compared('images in which it counts as many', shareText, pairOf(agreement, 'count')),
        ]),
    row('background: PSNR, dB', figureText, background.psnr),
    row('background: SSIM', figureText, background.ssim),
    row('rim of objects: PSNR, dB', figureText, rim.psnr),
    row('rim of objects: SSIM', figureText, rim.ssim),
    row("sharpness of the background, over the input's", figureText, sharpness.background),
    row('translated back: error, of 255', figureText, reconstruction.error),
    row('translated back: IoU of masks', figureText, reconstruction.iou),
    row(`KID to real ${target}, images`, figureText, kid.images, 0),
    row(`KID to real ${target}, objects`, figureText, kid.objects, 0),
  ];
}

function exactly(value: number): Estimate {
  return { value, low: Number.NaN, high: Number.NaN };
}

function pairOf(
  { translated, real }: { translated: AgreementScores; real: AgreementScores },
  name: keyof AgreementScores,
): Compared {
  return { translated: translated[name], real: real[name] };
}

/** Such as `89.8 % (84.1 % to 94.2 %)`; a figure without an interval alone. */
export function estimateText({ text, translated: { value, low, high } }: ScoreRow): string {
  return Number.isNaN(low) ? text(value) : `${text(value)} (${text(low)} to ${text(high)})`;
}

/** A share as percent. */
export function shareText(share: number): string {
  return Number.isNaN(share) ? 'none' : `${(100 * share).toFixed(1)} %`;
}

export function figureText(value: number): string {
  if (Number.isNaN(value)) return 'none';
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(3);
}
