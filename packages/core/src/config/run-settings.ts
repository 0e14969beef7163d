import { type NumbersSetting, numbers, onOff, whole } from './setting.ts';

// Settings that every model has, whose tables take them from here: with defaults of their own where these differ.

/** Adam's step size. */
export function learningRate(
  usual: NumbersSetting<'generator' | 'discriminator'>['default'],
  networks: string,
): NumbersSetting<'generator' | 'discriminator'> {
  const help = `Adam's step size for ${networks}`;
  return numbers(usual, { above: 0, max: 1, text: 'list' }, '--learning-rate <G[,D]>', help, { changesOnResume: true });
}

export const ADAM = numbers(
  { beta1: 0.5, beta2: 0.999 },
  { min: 0, max: 1, text: 'list' },
  'none',
  "Adam's decay of its means of gradients and of their squares",
);

export function schedule(usual: NumbersSetting<'constant' | 'decay'>['default']): NumbersSetting<'constant' | 'decay'> {
  const help = 'C epochs at the full learning rate, then D as it falls to 0';
  const more = { changesOnResume: true, section: 'length', unit: 'epochs' } as const;
  return numbers(usual, { min: 0, text: 'sum' }, '--schedule <C+D>', help, more);
}

export const SEED = whole(
  0,
  { min: 0, max: 2 ** 32 },
  '--seed <N>',
  'seed of the weights, the order of images and crops',
);

export const SKIP_DAMAGED = onOff(false, '--skip-damaged', 'leave out images that cannot be read', {
  section: 'data',
  changesOnResume: true,
});

const KEPT = { section: 'kept', changesOnResume: true } as const;

/** Steps between two entries of the log if the configuration does not say: a GPU would wait at each. */
export const LOG_EVERY = { onGpu: 10, otherwise: 1 } as const;

/** What a run keeps, and how often. */
export const KEPT_SETTINGS = {
  logEvery: whole(
    { leftOut: `${LOG_EVERY.onGpu} on a GPU, else ${LOG_EVERY.otherwise}` },
    { min: 1 },
    '--log-every <N>',
    'steps between entries of the log, which hold means over them',
    { ...KEPT, unit: 'steps' },
  ),
  checkpointEvery: whole(500, { min: 1 }, '--checkpoint-every <N>', 'steps between checkpoints', {
    ...KEPT,
    unit: 'steps',
  }),
  keepCheckpoints: whole(3, { min: 1 }, '--keep-checkpoints <N>', 'checkpoints kept, newest first', KEPT),
  keepEvery: whole(0, { min: 0 }, '--keep-every <N>', 'keep also the checkpoints of every so many steps, 0 for none', {
    ...KEPT,
    unit: 'steps',
  }),
  sampleEvery: whole(200, { min: 0 }, '--sample-every <N>', 'steps between sample pictures, 0 for none', {
    ...KEPT,
    unit: 'steps',
  }),
} as const;
