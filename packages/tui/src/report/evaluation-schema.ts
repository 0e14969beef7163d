import type { DirectionScores } from '@instagan/core/evaluation';
import * as z from 'zod';
import type { EvaluationReport } from './saved-evaluations.ts';

/** JSON has no NaN: a figure that there is none of is null there. */
const figure = z
  .number()
  .nullable()
  .transform((value) => value ?? Number.NaN);
const estimate = z.object({ value: figure, low: figure, high: figure });
const compared = z.object({ translated: estimate, real: estimate });
const classification = z.object({ objects: estimate, images: estimate, real: estimate, untranslated: estimate });
const similarity = z.object({ psnr: estimate, ssim: estimate });
const agreement = z.object({ iou: estimate, ap50: estimate, count: estimate });
const agreementOfDomain = z.exactOptional(z.object({ translated: agreement, real: agreement }));

const direction: z.ZodType<DirectionScores> = z.object({
  images: z.int().nonnegative(),
  objects: z.int().nonnegative(),
  plain: classification,
  masked: classification,
  masks: z
    .object({
      kept: estimate,
      onePiece: compared,
      wholeness: compared,
      pieces: compared,
      grey: estimate,
      checkerboard: compared,
      nearest: compared,
      diversity: z.object({ translated: figure, real: figure }),
    })
    .nullable(),
  background: similarity,
  rim: similarity,
  sharpness: z.object({ objects: estimate, background: estimate }),
  reconstruction: z.object({ error: estimate, iou: estimate }),
  kid: z.object({ images: estimate, objects: estimate }),
});

/** What the file of an evaluation must hold; keys it does not name are dropped. */
export const evaluationSchema: z.ZodType<EvaluationReport> = z.object({
  run: z.string(),
  step: z.int().nonnegative(),
  data: z.string(),
  split: z.string(),
  // Earlier versions did not keep it.
  variant: z.array(z.string()).default([]),
  classifier: z.object({
    file: z.string(),
    accuracy: z.object({ plain: figure, masked: figure, objects: z.int().nonnegative() }),
  }),
  score: figure,
  AtoB: z.exactOptional(direction),
  BtoA: z.exactOptional(direction),
  agreement: z.object({ A: agreementOfDomain, B: agreementOfDomain }),
});
