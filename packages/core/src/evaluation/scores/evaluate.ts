import type { DomainName, Sample } from '../../data/sample.ts';
import { DIRECTIONS, type TranslationDirection } from '../../data/translation-direction.ts';
import { type TranslateOptions, translateSample } from '../../models/translate-sample.ts';
import type { Translator } from '../../models/translation-model.ts';
import type { TrainedClassifier } from '../classifier/domain-classifier.ts';
import type { RealImages } from '../classifier/train-classifier.ts';
import { scoredObjects } from './measure-objects.ts';
import { measureReal, type RealFigures } from './measure-real.ts';
import { measureTranslation, type Translation, type TranslationFigures } from './measure-translation.ts';
import { type DirectionScores, summarise } from './summarise.ts';

/** What translations are scored by. */
export interface EvaluationData {
  /** The images that are translated, and compared with; those without objects are left out. */
  readonly images: Readonly<Record<DomainName, () => RealImages>>;
  readonly trained: TrainedClassifier;
  /** How images are translated; all of their instances are, up to `maxInstances`. @default as in the paper */
  readonly translation?: Pick<
    TranslateOptions,
    'maxInstances' | 'instancesPerChunk' | 'region' | 'background' | 'rimPx'
  >;
  /** Decides the bootstrap's draws. */
  readonly seed: number;
}

export interface EvaluationOptions {
  /** @default both */
  readonly directions?: readonly TranslationDirection[];
  /** Told of every translated image. */
  readonly inspect?: (translation: Translation, direction: TranslationDirection) => Promise<void> | void;
  /** Told of every real image of both domains, and of every translated one, as soon as it is measured. */
  readonly progress?: (images: number) => void;
  /** Stops between two images. */
  readonly signal?: AbortSignal;
}

/** Real images of both domains, measured once for many evaluations. */
export type RealImageFigures = Readonly<Record<DomainName, readonly RealFigures[]>>;

export async function measureBothDomains({ images, trained }: EvaluationData): Promise<RealImageFigures> {
  return {
    A: await measureReal(images.A(), trained.classifier),
    B: await measureReal(images.B(), trained.classifier),
  };
}

/**
 * Translates images there and back and scores the result.
 *
 * @param real of the same images, see {@link measureBothDomains}
 * @returns the scores of each direction asked for
 */
export async function evaluateTranslators(
  translators: Readonly<Record<TranslationDirection, Translator>>,
  data: EvaluationData,
  real: RealImageFigures,
  options: EvaluationOptions = {},
): Promise<Partial<Record<TranslationDirection, DirectionScores>>> {
  const { directions = DIRECTIONS } = options;
  const scores: Partial<Record<TranslationDirection, DirectionScores>> = {};
  for (const direction of directions) {
    const [source, target] = direction === 'AtoB' ? (['A', 'B'] as const) : (['B', 'A'] as const);
    const figures = await translateAll(translators, direction, data, options);
    const hasMasks = translators[direction].model.masks === 'each';
    scores[direction] = summarise(figures, hasMasks, {
      target,
      real: real[target],
      untranslated: real[source],
      trainingShapes: data.trained.shapes[target],
      seed: data.seed,
    });
  }
  return scores;
}

async function translateAll(
  translators: Readonly<Record<TranslationDirection, Translator>>,
  direction: TranslationDirection,
  { images, trained, translation: how = {} }: EvaluationData,
  { inspect, progress, signal }: EvaluationOptions,
): Promise<TranslationFigures[]> {
  const [forward, backward] =
    direction === 'AtoB' ? [translators.AtoB, translators.BtoA] : [translators.BtoA, translators.AtoB];
  const figures: TranslationFigures[] = [];
  for await (const sample of images[direction === 'AtoB' ? 'A' : 'B']()) {
    // Computation is synchronous on some backends: let signals be heard between two images.
    await new Promise((resume) => setImmediate(resume));
    signal?.throwIfAborted();
    if (scoredObjects(sample.masks).length === 0) continue;
    const input = withoutEmptyMasks(sample);
    const output = await translateSample(forward, input, how);
    const reconstruction = await translateSample(backward, output, how);
    const translation: Translation = { input, output, reconstruction, hasMasks: forward.model.masks === 'each' };
    figures.push(await measureTranslation(translation, trained.classifier));
    await inspect?.(translation, direction);
    progress?.(figures.length);
  }
  return figures;
}

function withoutEmptyMasks(sample: Sample): Sample {
  return { ...sample, masks: sample.masks.filter((mask) => mask.some((value) => value > 0)) };
}
