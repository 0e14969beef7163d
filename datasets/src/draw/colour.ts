/** A colour as `#rrggbb`. */
export type Colour = string;

/** The colour between `a` (t = 0) and `b` (t = 1), channel by channel. */
export function mix(a: Colour, b: Colour, t: number): Colour {
  const [from, to] = [channels(a), channels(b)];
  return hex(from.map((value, c) => value + ((to[c] as number) - value) * t));
}

/** `colour` seen under `light`: white light leaves it as it is. */
export function lit(colour: Colour, light: Colour): Colour {
  const factors = channels(light);
  return hex(channels(colour).map((value, c) => (value * (factors[c] as number)) / 255));
}

/** Perceived brightness in [0, 1] (Rec. 601 weights on the sRGB values). */
export function brightness(colour: Colour): number {
  const [r = 0, g = 0, b = 0] = channels(colour);
  return (0.299 * r + 0.587 * g + 0.114 * b) / 255;
}

function channels(colour: Colour): number[] {
  return [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
}

function hex(values: readonly number[]): Colour {
  return `#${values
    .map((value) =>
      Math.round(Math.min(255, Math.max(0, value)))
        .toString(16)
        .padStart(2, '0'),
    )
    .join('')}`;
}
