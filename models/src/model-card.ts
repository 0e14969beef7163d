/** What a shipped model is, how it was made and what it scores: `card.json` beside its weights. */
export interface ModelCard {
  readonly kind: 'translator' | 'segmenter';
  /** One line on what it does. */
  readonly summary: string;
  /** What objects it turns into what, or finds. */
  readonly objects: string;
  /** Images trained on, height x width in pixels. */
  readonly size: string;
  /** The commands that made it, the data first. */
  readonly commands: readonly string[];
  readonly steps: number;
  /** Of computing. */
  readonly hours: number;
  /** What computed. */
  readonly device: string;
  /** Of the weights. */
  readonly licence: string;
  /** What was measured, by its name, and the command that measures it. */
  readonly scores: { readonly command: string; readonly figures: Readonly<Record<string, string>> };
  /** Of each file of the model, by its path in the folder. */
  readonly sha256: Readonly<Record<string, string>>;
}
