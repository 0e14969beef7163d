import type * as tf from '@tensorflow/tfjs';
import type { Checkpoint } from '../checkpoint/checkpoint-reader.ts';
import type { TrainingPair } from '../data/pair-source.ts';
import type { Sample } from '../data/sample.ts';
import type { SizePx } from '../data/transform-draw.ts';
import type { TranslationDirection } from '../data/translation-direction.ts';
import type { InstanceSet } from '../networks/instance-set.ts';
import type { ParameterSpec, Parameters } from '../networks/parameters.ts';
import type { ProgramRunner } from '../programs/program.ts';
import type { planRegions } from '../regions/plan-regions.ts';
import type { Learner, TrainingBackend } from './learner.ts';
import type { ModelName } from './model-names.ts';
import type { TrainingConfig } from './training-config.ts';

/** What a discriminator returns for a batch. */
export interface Discrimination {
  /** Patch scores, 1 for real and 0 for fake: `[batch, height / 8 - 2, width / 8 - 2, 1]` in the paper's model. */
  readonly scores: tf.Tensor4D;
  /** Its intermediate features, layer by layer: `[batch, height, width, channels]` each, of their own sizes. */
  readonly features: readonly tf.Tensor4D[];
}

/** A model that translates images between two domains, in the sizes of its networks: all that the rest needs to know of it. */
export interface TranslationModel {
  readonly name: ModelName;
  /** Differs between models that compute differently from weights of the same shapes: names their recorded programs. */
  readonly key: string;
  /** The masks that it takes of a sample, and gives back: that of each instance, their union, or none. */
  readonly masks: 'each' | 'union' | 'none';
  /** The sides of images that it takes, in pixels. */
  readonly sidePx: { readonly multipleOf: number; readonly min: number };
  /** A sample as its networks see it. */
  readonly view: (sample: Sample) => Sample;

  readonly generatorSpecs: readonly ParameterSpec[];
  readonly discriminatorSpecs: readonly ParameterSpec[];
  /** Of a discriminator of single objects; only models with instances have it. */
  readonly objectDiscriminatorSpecs: readonly ParameterSpec[];
  /** Mask channels that count in the average of a reconstruction loss, for chunks of this many instances. */
  maskSlots(instancesPerChunk: number): number;
  generate(parameters: Parameters, set: InstanceSet): InstanceSet;
  /** @param earlier see `setDiscriminator`; only models with instances have it */
  discriminate(parameters: Parameters, set: InstanceSet, earlier?: tf.Tensor4D): Discrimination;

  /** The samples of a pair that it can learn from. */
  usable(pair: TrainingPair): TrainingPair;
  /** Why the model cannot learn from a pair, which is then skipped; null if it can. */
  reasonToSkip(pair: TrainingPair): string | null;
  /**
   * Starts or resumes a training.
   *
   * @param checkpoint what to resume from; null to start
   * @throws UserError if the checkpoint does not fit the configuration
   */
  begin(config: TrainingConfig, checkpoint: Checkpoint | null, backend: TrainingBackend): TranslationLearner;
}

/** A model that translates, in training. */
export interface TranslationLearner extends Learner<TrainingPair> {
  /** The generator of one direction as it is now, to translate with until the next step. */
  translator(direction: TranslationDirection): Translator;
}

/** A trained generator, ready to use. */
export interface Translator {
  readonly model: TranslationModel;
  readonly parameters: Parameters;
  /** Instances translated at once, unless others are asked for. */
  readonly instancesPerChunk: number;
  /** What it was trained on; needed to translate in regions. */
  readonly trained?: {
    readonly size: SizePx;
    /** Whole images, or regions around objects. @default 'image' */
    readonly region?: 'image' | 'objects';
    /** The longer side of a typical object there, in pixels. @default 0.4 of the shorter side of the image */
    readonly objectSidePx?: number | undefined;
  };
  /** Records and replays programs on the open backend, which makes many images of one size faster. @default none */
  readonly programs?: ProgramRunner | undefined;
}

/** Which part of an image goes through the model. */
export type RegionKind = 'auto' | 'image' | 'objects';
/** What happens to the pixels outside the masks. */
export type Background = 'keep' | 'fill' | 'translated';
/** Cuts an image into regions; see `planRegions`. */
export type RegionPlanner = typeof planRegions;
