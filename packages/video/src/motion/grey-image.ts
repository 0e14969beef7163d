/** Brightness of a picture. */
export interface GreyImage {
  readonly width: number;
  readonly height: number;
  /** `[height, width]`, 0 … 255. */
  readonly data: Float32Array;
}

/** @param pixels `[height, width, channels]`, RGB first, 0 … 255 */
export function greyOf(pixels: Uint8Array, width: number, height: number, channels: number): GreyImage {
  const data = new Float32Array(width * height);
  for (let i = 0, p = 0; i < data.length; i++, p += channels) {
    data[i] = 0.299 * (pixels[p] as number) + 0.587 * (pixels[p + 1] as number) + 0.114 * (pixels[p + 2] as number);
  }
  return { width, height, data };
}

/** At half the size: means of 2 x 2 pixels; an odd last column or row is left out. */
export function halved({ width, height, data }: GreyImage): GreyImage {
  const [halfWidth, halfHeight] = [width >> 1, height >> 1];
  const result = new Float32Array(halfWidth * halfHeight);
  for (let y = 0; y < halfHeight; y++) {
    for (let x = 0; x < halfWidth; x++) {
      const i = 2 * y * width + 2 * x;
      const sum = (data[i] as number) + (data[i + 1] as number);
      result[y * halfWidth + x] = 0.25 * (sum + (data[i + width] as number) + (data[i + width + 1] as number));
    }
  }
  return { width: halfWidth, height: halfHeight, data: result };
}

/** With `margin` pixels added on all sides, each as the nearest pixel of the edge. */
export function bordered({ width, height, data }: GreyImage, margin: number): GreyImage {
  const [outerWidth, outerHeight] = [width + 2 * margin, height + 2 * margin];
  const result = new Float32Array(outerWidth * outerHeight);
  for (let y = 0; y < outerHeight; y++) {
    const from = Math.min(height - 1, Math.max(0, y - margin)) * width;
    const to = y * outerWidth;
    result.fill(data[from] as number, to, to + margin);
    result.set(data.subarray(from, from + width), to + margin);
    result.fill(data[from + width - 1] as number, to + margin + width, to + outerWidth);
  }
  return { width: outerWidth, height: outerHeight, data: result };
}
