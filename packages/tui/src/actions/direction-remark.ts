import path from 'node:path';
import type { TranslationDirection } from '@instagan/core';
import { partOfDataset } from '@instagan/datasets';

/**
 * Whether images lie in the folder of a dataset that the direction does not start from, such as `set/testB` where A becomes B:
 * what comes out then looks like a bad model.
 *
 * @param input an image, or a folder of images
 * @returns what to do about it; null where nothing tells the domain
 */
export function directionRemark(input: string, direction: TranslationDirection): string | null {
  const folder = path.resolve(input);
  const domain = [folder, path.dirname(folder)].map(partOfDataset).find((part) => part?.isMasks === false)?.domain;
  const other: TranslationDirection = direction === 'AtoB' ? 'BtoA' : 'AtoB';
  if (domain !== other[0]) return null;
  return `${input} holds images of domain ${domain}, and --direction ${direction} translates those of ${direction[0]}: did you mean --direction ${other}?`;
}
