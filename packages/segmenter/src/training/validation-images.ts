import { type MaskedImages, valuesFromBytes } from '@instagan/core';
import { augment, wholeImage } from '../data/augment.ts';
import { type PredictionInput, type Segmenter, workingSize } from '../inference/predict-maps.ts';

/** An image to validate on, at the size at which it is predicted. */
export interface ValidationImage extends PredictionInput {
  /** One mask per instance, `[height, width]`, 0 background and 255 object. */
  readonly truth: readonly Uint8Array[];
}

/** Loads images whole. */
export async function loadValidationImages(
  images: MaskedImages,
  indices: readonly number[],
  segmenter: Pick<Segmenter, 'size'>,
): Promise<ValidationImage[]> {
  const loaded: ValidationImage[] = [];
  for (const index of indices) {
    const source = await images.load(index);
    const size = workingSize(segmenter, source);
    if (size.height === source.height && size.width === source.width) {
      loaded.push({ ...size, image: valuesFromBytes(source.image), truth: source.masks });
    } else {
      const { image, masks } = augment(source, wholeImage(source), size);
      loaded.push({ ...size, image, truth: masks });
    }
  }
  return loaded;
}
