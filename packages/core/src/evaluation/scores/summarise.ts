import type { DomainName } from '../../data/sample.ts';
import { bootstrapMean, bootstrapRatio, type Estimate } from '../metrics/bootstrap.ts';
import { type ImageFeatures, kernelDistance } from '../metrics/kid.ts';
import { nearestShapes, shapeDiversity } from '../metrics/shapes.ts';
import type { ObjectFigures } from './measure-objects.ts';
import type { RealFigures } from './measure-real.ts';
import type { TranslationFigures } from './measure-translation.ts';

/** A figure of translations beside the same of real images of the target domain, which it should come near. */
export interface Compared {
  readonly translated: Estimate;
  readonly real: Estimate;
}

/** How many are taken for the target domain; shares from 0 to 1. */
export interface ClassificationScores {
  /** Of the translated objects. */
  readonly objects: Estimate;
  /** Of the translated images: those whose objects have a mean probability above one half. */
  readonly images: Estimate;
  /** Of the objects of real images of the target domain: what can be reached. */
  readonly real: Estimate;
  /** Of the objects before translation: what chance and the classifier's faults give. */
  readonly untranslated: Estimate;
}

/** The scores of one direction. All shares are from 0 to 1; NaN where there is nothing to measure. */
export interface DirectionScores {
  readonly images: number;
  readonly objects: number;
  /** Objects with some of their surroundings (paper, table 1). */
  readonly plain: ClassificationScores;
  /** Objects alone (paper, table 2). */
  readonly masked: ClassificationScores;
  /** Of the masks that are put out; null for a model without one for each object. */
  readonly masks: MaskScores | null;
  /** Of what should not change. PSNR in dB. */
  readonly background: { readonly psnr: Estimate; readonly ssim: Estimate };
  readonly rim: { readonly psnr: Estimate; readonly ssim: Estimate };
  /** Of objects over that of real ones of the target domain, and of the background over that of the input. */
  readonly sharpness: { readonly objects: Estimate; readonly background: Estimate };
  /** Translated back: mean absolute difference in levels of 255, IoU of the masks. */
  readonly reconstruction: { readonly error: Estimate; readonly iou: Estimate };
  /**
   * Kernel distance to real images of the target domain in the features of the classifier, scaled to a mean square of 1 on those. Lower is
   * better.
   */
  readonly kid: { readonly images: Estimate; readonly objects: Estimate };
}

export interface MaskScores {
  /** Images whose objects are all still there, apart from each other. */
  readonly kept: Estimate;
  /** Objects that hang together. */
  readonly onePiece: Compared;
  /** One over the pieces of an object, 0 for one that has vanished. */
  readonly wholeness: Compared;
  /** Pieces of an object. */
  readonly pieces: Compared;
  /** Pixels of a mask that are neither object nor background. */
  readonly grey: Estimate;
  readonly checkerboard: Compared;
  /** Intersection over union of an object's shape with the most similar one of the target's training set; 1 is a copy. */
  readonly nearest: Compared;
  /** How different the shapes are from each other: mean of 1 - IoU over all pairs. */
  readonly diversity: { readonly translated: number; readonly real: number };
}

/** What translations are compared with. */
export interface References {
  readonly target: DomainName;
  /** Real images of the target domain, and of the source domain: those that were translated. */
  readonly real: readonly RealFigures[];
  readonly untranslated: readonly RealFigures[];
  /** Of the target's training objects. */
  readonly trainingShapes: readonly Uint8Array[];
  /** Decides the bootstrap's draws. */
  readonly seed: number;
}

/** Comparing all pairs of more would take long and tell little more: so many are taken, spread over all. */
const MAX_PAIRED = { features: 1000, shapes: 500 };

type Imaged = { readonly objects: readonly ObjectFigures[] };

/** @param hasMasks whether the model puts out a mask for each object */
export function summarise(
  translations: readonly TranslationFigures[],
  hasMasks: boolean,
  references: References,
): DirectionScores {
  const { real, seed } = references;
  const mean = (figure: (each: TranslationFigures) => number) => bootstrapMean(translations.map(figure), seed);
  const realSharpness = meanOf(real.flatMap(({ objects }) => objects.map((object) => object.sharpness)));
  return {
    images: translations.length,
    objects: translations.reduce((sum, { objects }) => sum + objects.length, 0),
    plain: classification(translations, references, ({ plainB }) => plainB),
    masked: classification(translations, references, ({ maskedB }) => maskedB),
    masks: hasMasks ? maskScores(translations, references) : null,
    background: { psnr: mean((each) => each.backgroundPsnr), ssim: mean((each) => each.backgroundSsim) },
    rim: { psnr: mean((each) => each.rimPsnr), ssim: mean((each) => each.rimSsim) },
    sharpness: {
      objects: overObjects(translations, seed, (object) => object.sharpness / realSharpness),
      background: bootstrapRatio(
        translations.map(({ backgroundSharpness: [before, after] }) =>
          Number.isNaN(before + after) ? [0, 0] : [after, before],
        ),
        seed,
      ),
    },
    reconstruction: { error: mean((each) => each.reconstructionError), iou: mean((each) => each.reconstructionIou) },
    kid: {
      images: scaledDistance(wholes(translations), wholes(real), seed),
      objects: scaledDistance(objectFeatures(translations), objectFeatures(real), seed),
    },
  };
}

function classification(
  translations: readonly Imaged[],
  { target, real, untranslated, seed }: References,
  probabilityOfB: (object: ObjectFigures) => number,
): ClassificationScores {
  // An object that has vanished is taken for nothing.
  const ofTarget = (object: ObjectFigures) => {
    if (!object.exists) return 0;
    return target === 'B' ? probabilityOfB(object) : 1 - probabilityOfB(object);
  };
  const share = (images: readonly Imaged[]) => overObjects(images, seed, (object) => Number(ofTarget(object) > 0.5));
  return {
    objects: share(translations),
    images: bootstrapMean(
      translations.map(({ objects }) =>
        objects.length === 0 ? Number.NaN : Number(meanOf(objects.map(ofTarget)) > 0.5),
      ),
      seed,
    ),
    real: share(real),
    untranslated: share(untranslated),
  };
}

function maskScores(
  translations: readonly TranslationFigures[],
  { real, trainingShapes, seed }: References,
): MaskScores {
  const compare = (figure: (object: ObjectFigures) => number): Compared => ({
    translated: overObjects(translations, seed, figure),
    real: overObjects(real, seed, figure),
  });
  const nearest = (object: ObjectFigures) =>
    object.shape === null || trainingShapes.length === 0
      ? Number.NaN
      : (nearestShapes([object.shape], trainingShapes)[0]?.iou as number);
  const shapes = (images: readonly Imaged[]) =>
    spread(
      images.flatMap(({ objects }) => objects.flatMap(({ shape }) => shape ?? [])),
      MAX_PAIRED.shapes,
    );
  return {
    kept: bootstrapMean(
      translations.map(({ isKept }) => Number(isKept)),
      seed,
    ),
    onePiece: compare(({ pieces }) => Number(pieces === 1)),
    wholeness: compare(({ pieces }) => (pieces === 0 ? 0 : 1 / pieces)),
    pieces: compare(({ pieces }) => pieces),
    grey: overObjects(translations, seed, ({ grey }) => grey),
    checkerboard: compare(({ checkerboard }) => checkerboard),
    nearest: compare(nearest),
    diversity: { translated: shapeDiversity(shapes(translations)), real: shapeDiversity(shapes(real)) },
  };
}

/** The mean over all objects, with an interval over the images; objects without the figure do not count. */
function overObjects(images: readonly Imaged[], seed: number, figure: (object: ObjectFigures) => number): Estimate {
  const parts = images.map(({ objects }): [number, number] => {
    const known = objects.map(figure).filter((value) => !Number.isNaN(value));
    return [known.reduce((sum, value) => sum + value, 0), known.length];
  });
  return bootstrapRatio(parts, seed);
}

/** Kernel distance in features whose mean square is 1 on real images: the scale that a classifier gives them means nothing. */
function scaledDistance(made: readonly ImageFeatures[], real: readonly ImageFeatures[], seed: number): Estimate {
  const meanSquare = meanOf(real.map(({ features }) => meanOf([...features].map((value) => value ** 2))));
  const scaled = (set: readonly ImageFeatures[]) =>
    spread(set, MAX_PAIRED.features).map(({ image, features }) => ({
      image,
      features: features.map((value) => value / Math.sqrt(meanSquare)),
    }));
  return kernelDistance(scaled(made), scaled(real), seed);
}

function wholes(images: readonly { readonly features: Float32Array }[]): ImageFeatures[] {
  return images.map(({ features }, image) => ({ image, features }));
}

function objectFeatures(images: readonly Imaged[]): ImageFeatures[] {
  return images.flatMap(({ objects }, image) =>
    objects.filter(({ exists }) => exists).map(({ features }) => ({ image, features })),
  );
}

/** At most so many of a list, evenly. */
function spread<T>(values: readonly T[], most: number): readonly T[] {
  if (values.length <= most) return values;
  return Array.from({ length: most }, (_, i) => values[Math.floor((i * values.length) / most)] as T);
}

function meanOf(values: readonly number[]): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}
