import * as z from 'zod';

/** What a running training can be told. */
export const controlCommandSchema = z.discriminatedUnion('command', [
  z.strictObject({ command: z.literal('pause') }),
  z.strictObject({ command: z.literal('resume') }),
  /** Write a checkpoint after this step. */
  z.strictObject({ command: z.literal('checkpoint') }),
  /** Write sample pictures after this step. */
  z.strictObject({ command: z.literal('sample') }),
  /** The rates before the schedule's factor, as in the configuration. */
  z.strictObject({
    command: z.literal('learning-rate'),
    generator: z.number().positive().max(1),
    discriminator: z.number().positive().max(1),
  }),
  z.strictObject({ command: z.literal('stop-after-epoch') }),
  /** Stop after this step. */
  z.strictObject({ command: z.literal('stop') }),
]);

export type ControlCommand = Readonly<z.output<typeof controlCommandSchema>>;
