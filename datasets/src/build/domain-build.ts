import type { DomainName } from '@instagan/core/data';
import type { SplitName } from '../folder/dataset-folder.ts';
import type { AnnotatedImage } from '../formats/annotation-source.ts';
import type { ObjectFate } from './select-objects.ts';

/** Stands for every label. */
export const ANY_LABEL = '*';

/** Why an image is left out of a domain. */
export type ImageFate = 'unreadable' | 'none' | 'few' | 'many' | 'both' | 'tiny' | 'turned';

/** An image that may have objects of a domain. */
export interface Candidate {
  readonly image: AnnotatedImage;
  /** Name of its files, without ending. */
  readonly name: string;
  /** Null where it is to be drawn. */
  readonly split: SplitName | null;
  /** Its place among all. */
  readonly place: number;
}

/** An image that lies in the staging area: `A/NAME.jpg`, `A_seg/NAME_0.png`, … */
export interface StagedImage {
  readonly candidate: Candidate;
  /** `NAME.jpg` */
  readonly file: string;
  readonly masks: number;
}

/** A domain that is being built. */
export interface DomainBuild {
  readonly domain: DomainName;
  readonly labels: ReadonlySet<string>;
  staged: StagedImage[];
  readonly leftOut: Partial<Record<ImageFate, number>>;
  readonly objects: Record<ObjectFate, number>;
}

export function isOfDomain({ labels }: DomainBuild, label: string): boolean {
  return labels.has(label) || labels.has(ANY_LABEL);
}

/** Counts an image that is left out. */
export function leaveOut({ leftOut }: DomainBuild, fate: ImageFate): void {
  leftOut[fate] = (leftOut[fate] ?? 0) + 1;
}
