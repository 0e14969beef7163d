import { bytesFromValues } from '../../data/pixel-values.ts';
import type { Sample } from '../../data/sample.ts';
import type { DomainClassifier } from '../classifier/domain-classifier.ts';
import { CROP_PX, cropSquare, type ObjectCrop, type Square, squareAround } from '../classifier/object-crop.ts';
import { checkerboardEnergy, greyShare, piecesOf } from '../metrics/mask-health.ts';
import { unionOf } from '../metrics/mask-overlap.ts';
import { shapeOf } from '../metrics/shapes.ts';
import { sharpness } from '../metrics/sharpness.ts';

/** Smaller objects are not scored: nobody could tell what they are. */
export const MIN_OBJECT_PX = 64;
/** An object of fewer pixels after translation has vanished. */
const VANISHED_PX = 16;

/** What is measured of one object of an image, real or translated. */
export interface ObjectFigures {
  /** Whether anything of it is left. The other figures of one that has vanished are those of nothing. */
  readonly exists: boolean;
  /** The classifier's probability that it belongs to domain B, with its surroundings and alone. */
  readonly plainB: number;
  readonly maskedB: number;
  /** Empty for one that has vanished. */
  readonly features: Float32Array;
  readonly pieces: number;
  readonly grey: number;
  readonly checkerboard: number;
  /** Variance of the Laplacian inside of it. */
  readonly sharpness: number;
  readonly shape: Uint8Array | null;
}

/** Which masks of a real image hold objects that are large enough to be classified. */
export function scoredObjects(masks: readonly Float32Array[]): number[] {
  return [...masks.keys()].filter((index) => pixelsOf(masks[index] as Float32Array) >= MIN_OBJECT_PX);
}

/**
 * Measures objects of an image.
 *
 * @param masks those of the objects, soft ones as they are
 */
export async function measureObjects(
  sample: Pick<Sample, 'image' | 'width' | 'height'>,
  masks: readonly Float32Array[],
  classifier: DomainClassifier,
): Promise<ObjectFigures[]> {
  const bytes = bytesFromValues(sample.image);
  const squares = masks.map((mask) => (pixelsOf(mask) < VANISHED_PX ? null : squareAround(mask, sample)));
  const crops = squares.flatMap((square, i) =>
    square === null ? [] : [cropSquare({ ...sample, mask: masks[i] as Float32Array }, square, CROP_PX)],
  );
  const classified = await classifier.classify(crops);
  let next = 0;
  return masks.map((mask, i) => {
    const exists = squares[i] !== null;
    const { plain, masked, features } = exists
      ? (classified[next++] as (typeof classified)[number])
      : { plain: Number.NaN, masked: Number.NaN, features: new Float32Array() };
    return {
      exists,
      plainB: plain,
      maskedB: masked,
      features,
      pieces: piecesOf(mask, sample),
      grey: greyShare(mask),
      checkerboard: checkerboardEnergy(mask, sample),
      sharpness: sharpness(bytes, sample, unionOf([mask], mask.length)),
      shape: exists ? shapeOf(mask, sample) : null,
    };
  });
}

/** The classifier's features of a whole image, scaled to fit into a crop. */
export async function wholeFeatures(
  sample: Pick<Sample, 'image' | 'width' | 'height'>,
  classifier: DomainClassifier,
): Promise<Float32Array> {
  const { width, height } = sample;
  const square: Square = { x: width / 2, y: height / 2, side: Math.max(width, height) };
  const mask = new Float32Array(width * height);
  const { image }: ObjectCrop = cropSquare({ ...sample, mask }, square, CROP_PX);
  return (await classifier.featuresOf([image]))[0] as Float32Array;
}

function pixelsOf(mask: Float32Array): number {
  let count = 0;
  for (let i = 0; i < mask.length; i++) if ((mask[i] as number) > 0) count++;
  return count;
}
