import { basename, resolve } from 'node:path';
import type { DomainName } from '@instagan/core/data';

/** What a folder of a dataset holds, by its name. */
export interface PartOfDataset {
  readonly domain: DomainName;
  /** Whether it holds the masks, as `trainA_seg` does, and not the images. */
  readonly isMasks: boolean;
}

/** The part that a folder is in the layout of a dataset, such as `set/trainA`; null if its name is none of those. Nothing is opened. */
export function partOfDataset(folder: string): PartOfDataset | null {
  const { domain, masks } =
    /^(?:train|test)(?<domain>[AB])(?<masks>_seg)?$/.exec(basename(resolve(folder)))?.groups ?? {};
  return domain === undefined ? null : { domain: domain as DomainName, isMasks: masks !== undefined };
}
