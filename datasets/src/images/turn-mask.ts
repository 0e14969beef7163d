import type { MaskImage } from './image-file.ts';

/**
 * A mask turned and mirrored as EXIF orientation asks for it, so that it lies on the picture as it is shown.
 *
 * @param orientation 1 … 8, as EXIF has it; 1 changes nothing
 */
export function turned(mask: MaskImage, orientation: number): MaskImage {
  if (orientation <= 1 || orientation > 8) return mask;
  const { width, height, data } = mask;
  const swaps = orientation >= 5;
  const size = swaps ? { width: height, height: width } : { width, height };
  const result = new Uint8Array(data.length);
  for (let y = 0; y < size.height; y++) {
    for (let x = 0; x < size.width; x++) {
      const [fromX, fromY] = source(orientation, x, y, width, height);
      result[y * size.width + x] = data[fromY * width + fromX] as number;
    }
  }
  return { ...size, data: result };
}

/** The stored pixel that is shown at x, y. */
function source(orientation: number, x: number, y: number, width: number, height: number): readonly [number, number] {
  const [right, bottom] = [width - 1, height - 1];
  switch (orientation) {
    case 2:
      return [right - x, y];
    case 3:
      return [right - x, bottom - y];
    case 4:
      return [x, bottom - y];
    case 5:
      return [y, x];
    case 6:
      return [y, bottom - x];
    case 7:
      return [right - y, bottom - x];
    default:
      return [right - y, x];
  }
}
