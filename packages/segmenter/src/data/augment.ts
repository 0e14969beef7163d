import { createRng, type MaskedImage, type Rng, type SizePx } from '@instagan/core';

/** The part of an image that becomes a training sample, in pixels of the image; it may reach beyond the image. */
export interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly flip: boolean;
}

/** What is done to the colours, which are in [-1, 1]. */
export interface ColourChange {
  readonly gains: readonly [number, number, number];
  readonly contrast: number;
  readonly saturation: number;
  readonly brightness: number;
}

export interface Augmentation {
  readonly window: Window;
  readonly colour: ColourChange | null;
}

/** Widest zoom out and in: how many pixels of the image become one of the sample. */
const ZOOM = { out: 1.2, in: 0.65 };
/** Largest stretch of the width against the height. */
const STRETCH = 1.2;

/**
 * Draws zoom, stretch, place, flip and colours of one sample; a pure function of its arguments.
 *
 * @param image size of the image, pixels
 * @param size size of the sample
 * @param stream what tells this draw from others, such as epoch and place
 */
export function drawAugmentation(image: SizePx, size: SizePx, seed: number, ...stream: number[]): Augmentation {
  const rng = createRng(seed, 'segmenter-augment', ...stream);
  const zoom = logBetween(rng, ZOOM.in, ZOOM.out);
  const stretch = Math.sqrt(logBetween(rng, 1 / STRETCH, STRETCH));
  // A sample of the default zoom 1 shows as much as the image holds.
  const scale = Math.sqrt((image.width * image.height) / (size.width * size.height));
  const width = size.width * scale * zoom * stretch;
  const height = (size.height * scale * zoom) / stretch;
  const place = (inside: number, length: number) => rng.uniform() * (length - inside);
  const window = {
    left: place(width, image.width),
    top: place(height, image.height),
    width,
    height,
    flip: rng.uniform() < 0.5,
  };
  const around = (spread: number) => 1 + spread * (2 * rng.uniform() - 1);
  const colour = {
    gains: [around(0.1), around(0.1), around(0.1)] as const,
    contrast: logBetween(rng, 0.7, 1.4),
    saturation: around(0.5),
    brightness: 0.25 * (2 * rng.uniform() - 1),
  };
  return { window, colour };
}

/** The whole image, nothing random. */
export function wholeImage({ width, height }: SizePx): Augmentation {
  return { window: { left: 0, top: 0, width, height, flip: false }, colour: null };
}

export interface AugmentedSample {
  /** RGB, `[height, width, 3]`, values in [-1, 1]. */
  readonly image: Float32Array;
  /** One per instance, `[height, width]`, 0 background and 255 object; those outside of the window are empty. */
  readonly masks: readonly Uint8Array[];
}

/** Samples the window bilinearly; beyond the image its edge is repeated. */
export function augment(source: MaskedImage, { window, colour }: Augmentation, size: SizePx): AugmentedSample {
  const { width, height } = size;
  const columns = positions(window.left, window.width, width, source.width);
  const rows = positions(window.top, window.height, height, source.height);
  if (window.flip) columns.reverse();
  const image = new Float32Array(width * height * 3);
  const masks = source.masks.map(() => new Uint8Array(width * height));
  for (let y = 0, to = 0; y < height; y++) {
    const row = rows[y] as Position;
    for (let x = 0; x < width; x++, to++) {
      const column = columns[x] as Position;
      const a = row.low * source.width + column.low;
      const b = row.low * source.width + column.high;
      const c = row.high * source.width + column.low;
      const d = row.high * source.width + column.high;
      const [wd, wc] = [row.share * column.share, row.share * (1 - column.share)];
      const [wb, wa] = [(1 - row.share) * column.share, (1 - row.share) * (1 - column.share)];
      const at = (bytes: Uint8Array, channels: number, channel: number) =>
        wa * (bytes[a * channels + channel] as number) +
        wb * (bytes[b * channels + channel] as number) +
        wc * (bytes[c * channels + channel] as number) +
        wd * (bytes[d * channels + channel] as number);
      for (let channel = 0; channel < 3; channel++) image[3 * to + channel] = at(source.image, 3, channel) / 127.5 - 1;
      for (const [i, mask] of masks.entries()) mask[to] = at(source.masks[i] as Uint8Array, 1, 0) > 127 ? 255 : 0;
    }
  }
  if (colour !== null) changeColours(image, colour);
  return { image, masks };
}

interface Position {
  readonly low: number;
  readonly high: number;
  readonly share: number;
}

/** Where `count` pixels of a window lie in a line of `limit` pixels. */
function positions(first: number, length: number, count: number, limit: number): Position[] {
  return Array.from({ length: count }, (_, i) => {
    const at = Math.min(limit - 1, Math.max(0, first + ((i + 0.5) * length) / count - 0.5));
    const low = Math.floor(at);
    return { low, high: Math.min(limit - 1, low + 1), share: at - low };
  });
}

function changeColours(image: Float32Array, { gains, contrast, saturation, brightness }: ColourChange): void {
  for (let i = 0; i < image.length; i += 3) {
    const [red, green, blue] = [image[i] as number, image[i + 1] as number, image[i + 2] as number];
    const grey = 0.299 * red + 0.587 * green + 0.114 * blue;
    for (const [channel, value] of [red, green, blue].entries()) {
      const saturated = grey + saturation * (value - grey);
      // Gains act on light, which is 0 at -1.
      const changed = ((saturated + 1) * (gains[channel] as number) - 1) * contrast + brightness;
      image[i + channel] = Math.min(1, Math.max(-1, changed));
    }
  }
}

function logBetween(rng: Rng, low: number, high: number): number {
  return low * (high / low) ** rng.uniform();
}
