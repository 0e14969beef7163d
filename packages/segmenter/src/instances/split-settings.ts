import { number, settingsTable } from '@instagan/core/settings';

/** What counts as an object. */
export const SPLIT_SETTINGS = settingsTable({
  minArea: number(0.002, { min: 0, max: 1 }, '--min-area <SHARE>', 'drop objects below this share of the image'),
  minConfidence: number(0.3, { min: 0, max: 1 }, '--min-confidence <P>', 'drop objects of lower confidence'),
});
