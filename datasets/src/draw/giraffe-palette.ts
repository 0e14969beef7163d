import type { Colour } from './colour.ts';

/** The colours of one giraffe in the light of its scene. */
export interface GiraffePalette {
  readonly coat: Colour;
  readonly coatFar: Colour;
  readonly belly: Colour;
  readonly edge: Colour;
  readonly patch: Colour;
  readonly mane: Colour;
  readonly hoof: Colour;
  readonly muzzle: Colour;
  readonly dark: Colour;
}
