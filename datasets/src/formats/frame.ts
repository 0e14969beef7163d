import { type SizePx, UserError } from '@instagan/core/data';
import { hasSameAspect, type ImageHeader, type MaskImage } from '../images/image-file.ts';
import { turned } from '../images/turn-mask.ts';

/** The pixels that the coordinates of an image count. */
export interface Frame extends SizePx {
  /** EXIF orientation that masks are still to get; 1 for none. */
  readonly orientation: number;
}

/** Larger masks are not drawn. */
const MAX_MASK_PX = 2 ** 28;

/**
 * The size that annotations give is that of the picture as it is shown, or as it is stored if the camera was turned.
 *
 * @param annotations the file they lie in, for messages
 * @param name of the picture in there
 * @param stated size that they give; null for none, which is that of the picture
 * @throws UserError if it is of another shape than the picture
 */
export function frameOf(
  annotations: string,
  name: string,
  stated: SizePx | null,
  file: string,
  header: ImageHeader,
): Frame {
  if (stated === null) return { width: header.width, height: header.height, orientation: 1 };
  const { width, height } = stated;
  if (width * height > MAX_MASK_PX) {
    throw new UserError(
      `${annotations} says that ${name} has ${width}x${height} pixels: correct its width and height.`,
    );
  }
  if (hasSameAspect(stated, header)) return { width, height, orientation: 1 };
  if (header.orientation > 4 && hasSameAspect(stated, { width: header.height, height: header.width })) {
    return { width, height, orientation: header.orientation };
  }
  throw new UserError(
    `${annotations} says that ${name} is ${width}x${height}, but ${file} is ${header.width}x${header.height} (width x height): annotate this very image.`,
  );
}

/**
 * An empty mask of a frame, drawn on, and turned as the picture is shown.
 *
 * @param what the annotation, for the message
 * @throws UserError if drawing throws
 */
export async function drawMask(
  what: string,
  frame: Frame,
  draw: (mask: Uint8Array) => void | Promise<void>,
): Promise<MaskImage> {
  const { width, height, orientation } = frame;
  const data = new Uint8Array(width * height);
  try {
    await draw(data);
  } catch (error) {
    throw new UserError(`${what} cannot be read (${(error as Error).message}): correct or remove it.`);
  }
  return turned({ width, height, data }, orientation);
}
