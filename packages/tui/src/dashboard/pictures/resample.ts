import type { Picture } from './picture.ts';

/** Size in characters. */
export interface CellSize {
  readonly columns: number;
  readonly rows: number;
}

/**
 * The largest size in characters that shows a picture whole and undistorted.
 *
 * @param cellAspect height of a character by its width
 */
export function fitCells(
  { width, height }: { readonly width: number; readonly height: number },
  room: CellSize,
  cellAspect = 2,
): CellSize {
  const rows = Math.max(1, Math.round((room.columns * height) / width / cellAspect));
  if (rows <= room.rows) return { columns: room.columns, rows };
  const columns = Math.max(1, Math.round((room.rows * cellAspect * width) / height));
  return { columns: Math.min(room.columns, columns), rows: room.rows };
}

/** The picture at another size; each pixel is the mean of the area it covers. */
export function resample(picture: Picture, width: number, height: number): Picture {
  const data = new Uint8Array(width * height * 3);
  const across = spansOf(picture.width, width);
  const down = spansOf(picture.height, height);
  for (const [y, rows] of down.entries()) {
    for (const [x, columns] of across.entries()) {
      let [red, green, blue, total] = [0, 0, 0, 0];
      for (const [row, rowWeight] of rows) {
        for (const [column, columnWeight] of columns) {
          const at = (row * picture.width + column) * 3;
          const weight = rowWeight * columnWeight;
          red += weight * (picture.data[at] as number);
          green += weight * (picture.data[at + 1] as number);
          blue += weight * (picture.data[at + 2] as number);
          total += weight;
        }
      }
      const at = (y * width + x) * 3;
      data[at] = Math.round(red / total);
      data[at + 1] = Math.round(green / total);
      data[at + 2] = Math.round(blue / total);
    }
  }
  return { width, height, data };
}

/** For each new pixel along one side, the old ones under it with the share that it covers. */
function spansOf(from: number, to: number): [index: number, weight: number][][] {
  return Array.from({ length: to }, (_, i) => {
    const [start, end] = [(i * from) / to, ((i + 1) * from) / to];
    const span: [number, number][] = [];
    for (let pixel = Math.floor(start); pixel < Math.min(from, Math.ceil(end - 1e-9)); pixel++) {
      span.push([pixel, Math.min(pixel + 1, end) - Math.max(pixel, start)]);
    }
    return span;
  });
}
