import type { SizePx } from '../data/transform-draw.ts';
import type { Parameters } from '../networks/parameters.ts';
import type { ProgramRunner } from '../programs/program.ts';
import type { planRegions } from '../regions/plan-regions.ts';
import type { TranslationModel } from './translation-model.ts';

/** A trained generator, ready to use. */
export interface Translator {
  readonly model: TranslationModel;
  readonly parameters: Parameters;
  /** Instances translated at once. */
  readonly instancesPerChunk: number;
  /** What it learned from; regions need it. */
  readonly trained?: {
    readonly size: SizePx;
    /** The longer side of a typical object there, in pixels. @default 0.4 of the shorter side of the image */
    readonly objectSidePx?: number | undefined;
  };
  /** Those of the open backend, which repeat what is done for many images of one size faster. @default none */
  readonly programs?: ProgramRunner | undefined;
}

/** What of an image goes through the model. */
export type RegionKind = 'auto' | 'image' | 'objects';
/** What becomes of what is outside the masks. */
export type Background = 'keep' | 'translated';
/** Cuts an image into regions; see `planRegions`. */
export type RegionPlanner = typeof planRegions;
