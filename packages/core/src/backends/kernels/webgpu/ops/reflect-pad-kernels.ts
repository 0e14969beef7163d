import type { TensorInfo } from '@tensorflow/tfjs';
import type { Dispatcher } from '../device/dispatcher.ts';
import { elementwise } from './elementwise.ts';

interface Pad {
  readonly pad: number;
}

type Shape4D = [number, number, number, number];

/** Fields of the smaller image, and the place of element `i` in an image of the size that the statements give. */
const FIELDS = ['height: u32', 'width: u32', 'channels: u32', 'pad: u32'];

const placeIn = (height: string, width: string) => `
  let channel = i % parameters.channels;
  let column = (i / parameters.channels) % (${width});
  let row = (i / parameters.channels / (${width})) % (${height});
  let sample = i / parameters.channels / (${width}) / (${height});`;

/** `ReflectPad`: x `[batch, height, width, channels]` -> height and width larger by `2 pad`. */
export function reflectPad(gpu: Dispatcher, { x }: { readonly x: TensorInfo }, { pad }: Pad): TensorInfo {
  const [batch, height, width, channels] = x.shape as Shape4D;
  return elementwise(gpu, [batch, height + 2 * pad, width + 2 * pad, channels], {
    name: 'ReflectPad',
    inputs: { x },
    functions: `
fn reflected(place: u32, size: u32) -> u32 {
  let distance = abs(i32(place) - i32(parameters.pad));
  return u32(min(distance, 2 * i32(size) - 2 - distance));
}`,
    statements: `${placeIn('parameters.height + 2u * parameters.pad', 'parameters.width + 2u * parameters.pad')}
  let begin = (sample * parameters.height + reflected(row, parameters.height)) * parameters.width;
  value = x[(begin + reflected(column, parameters.width)) * parameters.channels + channel];`,
    fields: FIELDS,
    words: [height, width, channels, pad],
  });
}

/** `ReflectPadGradient`: dy of the padded image -> height and width smaller by `2 pad`. */
export function reflectPadGradient(gpu: Dispatcher, { dy }: { readonly dy: TensorInfo }, { pad }: Pad): TensorInfo {
  const [batch, paddedHeight, paddedWidth, channels] = dy.shape as Shape4D;
  const [height, width] = [paddedHeight - 2 * pad, paddedWidth - 2 * pad];
  return elementwise(gpu, [batch, height, width, channels], {
    name: 'ReflectPadGradient',
    inputs: { dy },
    functions: `
const NOWHERE = 0xffffffffu;

/** The places in the padded image that show this one: itself, and its reflections at the two edges. */
fn shownAt(place: u32, size: u32) -> array<u32, 3> {
  let pad = parameters.pad;
  return array(
    place + pad,
    select(NOWHERE, pad - place, place >= 1u && place <= pad),
    select(NOWHERE, pad + 2u * (size - 1u) - place, place + 1u < size && place + 1u + pad >= size),
  );
}`,
    statements: `${placeIn('parameters.height', 'parameters.width')}
  let rows = shownAt(row, parameters.height);
  let columns = shownAt(column, parameters.width);
  let paddedWidth = parameters.width + 2u * parameters.pad;
  let begin = sample * (parameters.height + 2u * parameters.pad);
  value = 0;
  for (var a = 0; a < 3; a++) {
    if (rows[a] == NOWHERE) { continue; }
    for (var b = 0; b < 3; b++) {
      if (columns[b] == NOWHERE) { continue; }
      value += dy[((begin + rows[a]) * paddedWidth + columns[b]) * parameters.channels + channel];
    }
  }`,
    fields: FIELDS,
    words: [height, width, channels, pad],
  });
}
