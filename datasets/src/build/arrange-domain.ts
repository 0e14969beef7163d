import { rename } from 'node:fs/promises';
import path from 'node:path';
import { createRng, type DomainName, makeFolder } from '@instagan/core/data';
import type { DomainBuild, ImageFate } from './domain-build.ts';
import type { ObjectFate } from './select-objects.ts';

/** How images become training and test images. */
export interface SplitOptions {
  /** `keep`: as the annotations state it, and drawn where they do not. */
  readonly split: 'keep' | 'draw';
  /** Share of the images that become test images where the split is drawn, 0 … 1. */
  readonly testShare: number;
  readonly seed: number;
}

export interface SplitCounts {
  readonly images: number;
  readonly masks: number;
}

/** What was built of a domain. */
export interface BuiltDomain {
  readonly domain: DomainName;
  readonly train: SplitCounts;
  readonly test: SplitCounts;
  /** Images with objects of its labels that are left out, by the reason. */
  readonly leftOut: Readonly<Partial<Record<ImageFate, number>>>;
  /** Objects of its labels, by what became of them. */
  readonly objects: Readonly<Record<ObjectFate, number>>;
}

/**
 * Parts the images of a domain into training and test images, and moves each into its folder of the staging area.
 *
 * @returns `folders`: those that there are now, `trainA`, `trainA_seg`, …
 */
export async function arrangeDomain(
  { domain, staged, leftOut, objects }: DomainBuild,
  staging: string,
  { split, testShare, seed }: SplitOptions,
): Promise<{ built: BuiltDomain; folders: readonly string[] }> {
  const images = [...staged].sort((a, b) => a.candidate.place - b.candidate.place);
  const isStated = split === 'keep' && images.some(({ candidate }) => candidate.split !== null);
  // At least one image stays to train on.
  const tests = Math.min(images.length - 1, Math.round(images.length * testShare));
  const drawn = new Set(createRng(seed, 'split', domain).permutation(images.length).slice(0, tests));
  const counts = { train: { images: 0, masks: 0 }, test: { images: 0, masks: 0 } };
  const folders = new Set<string>();
  for (const [i, { candidate, file, masks }] of images.entries()) {
    const part = isStated ? (candidate.split ?? 'train') : drawn.has(i) ? 'test' : 'train';
    const to = `${part}${domain}`;
    for (const folder of [to, `${to}_seg`]) {
      if (!folders.has(folder)) await makeFolder(path.join(staging, folder));
      folders.add(folder);
    }
    await rename(path.join(staging, domain, file), path.join(staging, to, file));
    for (let n = 0; n < masks; n++) {
      const mask = `${candidate.name}_${n}.png`;
      await rename(path.join(staging, `${domain}_seg`, mask), path.join(staging, `${to}_seg`, mask));
    }
    counts[part].images++;
    counts[part].masks += masks;
  }
  return { built: { domain, ...counts, leftOut, objects }, folders: [...folders] };
}
