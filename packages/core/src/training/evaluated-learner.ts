import type { TrainingPair } from '../data/pair-source.ts';
import { DIRECTIONS } from '../data/translation-direction.ts';
import {
  type DirectionScores,
  type EvaluationData,
  evaluateTranslators,
  mainScore,
  measureBothDomains,
  type RealImageFigures,
} from '../evaluation/index.ts';
import type { Learner } from '../models/learner.ts';
import type { TranslationLearner } from '../models/translation-model.ts';

/**
 * A learner whose translations are scored on the way; see `mainScore` for the score by which checkpoints are compared.
 *
 * @param every steps between evaluations; 0 for none
 * @param open gives what translations are scored by, when it is first needed; its classifier is then the learner's
 */
export function evaluatedLearner(
  learner: TranslationLearner,
  every: number,
  open: () => Promise<EvaluationData>,
): Learner<TrainingPair> {
  let opened: { readonly data: EvaluationData; readonly real: RealImageFigures } | null = null;
  return {
    ...learner,
    validatesAt: (step) => every > 0 && step % every === 0,
    validate: async () => {
      if (opened === null) {
        const data = await open();
        opened = { data, real: await measureBothDomains(data) };
      }
      const translators = { AtoB: learner.translator('AtoB'), BtoA: learner.translator('BtoA') };
      const scores = await evaluateTranslators(translators, opened.data, opened.real);
      const each = DIRECTIONS.flatMap((direction) => Object.entries(namedScores(direction, scores[direction])));
      return { scores: { score: mainScore(scores), ...Object.fromEntries(each) }, main: 'score' };
    },
    dispose: () => {
      learner.dispose();
      opened?.data.trained.classifier.dispose();
    },
  };
}

/** What the log has of the scores of a direction. A higher one is better. */
function namedScores(direction: string, scores: DirectionScores | undefined): Record<string, number> {
  if (scores === undefined) return {};
  const { plain, masked, masks, background } = scores;
  return {
    [`plain${direction}`]: plain.objects.value,
    [`masked${direction}`]: masked.objects.value,
    [`background${direction}`]: background.ssim.value,
    ...(masks === null ? {} : { [`wholeness${direction}`]: masks.wholeness.translated.value }),
  };
}
