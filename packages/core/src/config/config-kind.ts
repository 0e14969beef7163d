/** What the run machinery reads of a configuration, whatever is trained. */
export interface RunSettings {
  readonly model: string;
  readonly learningRate: { readonly generator: number; readonly discriminator: number };
  /** Epochs at the full learning rate, then epochs in which it falls linearly to 0. */
  readonly epochs: { readonly constant: number; readonly decay: number };
  /** Steps between two entries of the log, which hold means over them. @default 10 on a GPU, else 1 */
  readonly logEvery?: number | undefined;
  /** Steps between two checkpoints. */
  readonly checkpointEvery: number;
  /** Checkpoints kept; the oldest go first. */
  readonly keepCheckpoints: number;
  /** Steps between two sample pictures; 0 for none. */
  readonly sampleEvery: number;
}

/** The configurations of one kind of model, as runs save them in `config.json`. */
export interface ConfigKind<Config extends RunSettings> {
  /** What is trained, such as `a translation model`; for messages. */
  readonly what: string;
  /** The command that makes such runs, such as `train`. */
  readonly command: string;
  /** The values of `model` that belong to this kind. */
  readonly models: readonly Config['model'][];
  /** @throws UsageError naming every field that is wrong, and `source` */
  readonly parse: (input: unknown, source: string) => Config;
  /** What a resumed run may be given anew: it changes how training goes on, not what is trained. */
  readonly changeable: readonly (keyof Config & string)[];
}
