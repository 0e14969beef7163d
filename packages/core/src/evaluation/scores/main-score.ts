import type { TranslationDirection } from '../../data/translation-direction.ts';
import type { DirectionScores } from './summarise.ts';

/**
 * One number for a whole evaluation, by which checkpoints are compared: the share of objects that are taken for the target domain by
 * themselves, times the structural similarity of the background, times how whole the masks are compared with real ones; mean over the
 * directions. So neither a wrecked background, nor masks in shreds, nor objects that stay what they were make a good score.
 *
 * @returns 0 … 1, a higher one is better; NaN without any object
 */
export function mainScore(scores: Partial<Record<TranslationDirection, DirectionScores>>): number {
  const all = Object.values(scores).map(({ masked, background, masks }) => {
    // Without any background there is none to be wrecked.
    const similarity = Number.isNaN(background.ssim.value) ? 1 : Math.max(0, background.ssim.value);
    const wholeness = masks === null ? 1 : masks.wholeness.translated.value / masks.wholeness.real.value;
    return masked.objects.value * similarity * Math.min(1, wholeness);
  });
  return all.reduce((sum, score) => sum + score, 0) / all.length;
}
