import type { MaskImage } from '../images/image-file.ts';
import { turned } from '../images/turn-mask.ts';
import type { AnnotatedObject } from './annotation-source.ts';
import type { Frame } from './frame.ts';

/** The pixels of some values of a label image as an object. */
export function objectOfValues(
  label: string,
  values: ArrayLike<number>,
  { width, height, orientation }: Frame,
  isObject: (value: number, pixel: number) => boolean,
): AnnotatedObject {
  const draw = (): MaskImage => {
    const data = new Uint8Array(width * height);
    for (let i = 0; i < data.length; i++) if (isObject(values[i] as number, i)) data[i] = 255;
    return turned({ width, height, data }, orientation);
  };
  return { label, isCrowd: false, draw };
}
