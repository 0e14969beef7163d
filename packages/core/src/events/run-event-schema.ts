import * as z from 'zod';
import { EVENT_SCHEMA_VERSION, JOB_ITEMS, JOB_KINDS, type RunEvent } from './run-event.ts';

/** JSON has no NaN or Infinity: the writer spells them as text, and this reads them back. */
const anyNumber = z.union([
  z.number(),
  z.enum(['NaN', 'Infinity', '-Infinity']).transform((text): number => Number(text)),
]);

const step = z.int().nonnegative();
const header = { v: z.literal(EVENT_SCHEMA_VERSION), time: z.iso.datetime() };

/** What a line of `events.jsonl` must be. Keys it does not name are dropped: later versions may add some. */
export const runEventSchema = z.discriminatedUnion('type', [
  z.object({
    ...header,
    type: z.literal('run-started'),
    step,
    totalSteps: step,
    stepsPerEpoch: z.number(),
    resumed: z.boolean(),
    backend: z.object({ name: z.string(), device: z.string() }),
    memory: z.exactOptional(z.object({ ramBytes: z.number(), deviceBytes: z.number(), summary: z.string() })),
    config: z.unknown(),
    version: z.exactOptional(z.string()),
    data: z.exactOptional(z.string()),
  }),
  z.object({
    ...header,
    type: z.literal('step'),
    step,
    epoch: z.number(),
    losses: z.record(z.string(), anyNumber),
    learningRate: z.object({ generator: z.number(), discriminator: z.number() }),
    seconds: z.number(),
    memory: z.object({ tensors: z.number(), tensorBytes: z.number(), rssBytes: z.number() }),
  }),
  z.object({
    ...header,
    type: z.literal('sample'),
    step,
    path: z.string(),
    direction: z.exactOptional(z.enum(['AtoB', 'BtoA'])),
  }),
  z.object({
    ...header,
    type: z.literal('validation'),
    step,
    scores: z.record(z.string(), anyNumber),
    seconds: z.number(),
  }),
  z.object({
    ...header,
    type: z.literal('control'),
    step,
    command: z.enum(['pause', 'resume', 'checkpoint', 'sample', 'learning-rate', 'stop-after-epoch', 'stop']),
    learningRate: z.exactOptional(z.object({ generator: z.number(), discriminator: z.number() })),
  }),
  z.object({ ...header, type: z.literal('checkpoint'), step, path: z.string(), seconds: z.number() }),
  z.object({
    ...header,
    type: z.literal('warning'),
    code: z.string(),
    message: z.string(),
    step: z.exactOptional(step),
  }),
  z.object({
    ...header,
    type: z.literal('alarm'),
    code: z.enum([
      'loss-not-finite',
      'loss-exploding',
      'masks-all-background',
      'masks-all-object',
      'discriminator-at-zero',
      'score-falling',
    ]),
    message: z.string(),
    step,
  }),
  z.object({
    ...header,
    type: z.literal('run-finished'),
    step,
    reason: z.enum(['completed', 'interrupted']),
    checkpoint: z.string().nullable(),
  }),
  z.object({ ...header, type: z.literal('run-failed'), step, message: z.string() }),
  z.object({
    ...header,
    type: z.literal('job-started'),
    step,
    job: z.enum(JOB_KINDS),
    item: z.enum(JOB_ITEMS),
    totalSteps: step.nullable(),
    run: z.string(),
    input: z.string(),
    output: z.string(),
    backend: z.object({ name: z.string(), device: z.string() }),
  }),
  z.object({
    ...header,
    type: z.literal('job-progress'),
    step,
    totalSteps: step.nullable(),
    seconds: z.number(),
    instances: z.number(),
    path: z.exactOptional(z.string()),
  }),
  z.object({
    ...header,
    type: z.literal('job-finished'),
    step,
    reason: z.enum(['completed', 'interrupted', 'failed']),
    failed: z.number(),
    message: z.exactOptional(z.string()),
  }),
]) satisfies z.ZodType<RunEvent>;
