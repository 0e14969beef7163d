/** @param data `[pixels, channels]`  @returns `[pixels, 3]`; RGB is not copied */
export function coloursOf(data: Uint8Array, channels: 3 | 4): Uint8Array {
  if (channels === 3) return data;
  const colours = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    colours[to] = data[from] as number;
    colours[to + 1] = data[from + 1] as number;
    colours[to + 2] = data[from + 2] as number;
  }
  return colours;
}

/** New colours, with the alpha of `original` where it has one. @param changes whether they may be written over those of `original` */
export function withColours(colours: Uint8Array, original: Uint8Array, channels: 3 | 4, changes: boolean): Uint8Array {
  if (channels === 3) return colours;
  const data = changes ? original : Uint8Array.from(original);
  for (let from = 0, to = 0; to < data.length; from += 3, to += 4) {
    data[to] = colours[from] as number;
    data[to + 1] = colours[from + 1] as number;
    data[to + 2] = colours[from + 2] as number;
  }
  return data;
}

/** RGBA laid on white, as the reader of images does. */
export function flattened(data: Uint8Array): Uint8Array {
  const result = new Uint8Array((data.length / 4) * 3);
  for (let from = 0, to = 0; from < data.length; from += 4, to += 3) {
    const alpha = (data[from + 3] as number) / 255;
    for (let c = 0; c < 3; c++) {
      result[to + c] =
        alpha === 1 ? (data[from + c] as number) : Math.round((data[from + c] as number) * alpha + 255 * (1 - alpha));
    }
  }
  return result;
}
