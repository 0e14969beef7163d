import path from 'node:path';
import { drawOverlay, type Picture, pictureTable, UserError } from '@instagan/core';
import { createRng } from '@instagan/core/data';
import {
  type DomainFolder,
  encodeImage,
  loadInput,
  readDomainFolder,
  resizeImage,
  resizeMask,
} from '@instagan/datasets';
import { counted } from '../output/format.ts';
import { openTerminal } from '../output/terminal.ts';
import { refuseAmongImages } from './output-folder.ts';
import { plannedFile, refuseForeign, writeOutput } from './written-files.ts';

export interface DatasetPreviewCommandOptions {
  readonly output?: string;
  readonly count: number;
  readonly tile: number;
  readonly seed: number;
  readonly overwrite?: true;
}

/** Images side by side. */
const COLUMNS = 6;
/** Around an image that does not fill its tile. */
const TILE_GREY = 32;

/**
 * `instagan dataset preview`: writes a contact sheet of images with their masks.
 *
 * @throws UserError if the folder is no dataset, or a file cannot be written; UsageError if a picture would be replaced that this
 *   command did not write
 */
export async function datasetPreviewAction(folder: string, options: DatasetPreviewCommandOptions): Promise<void> {
  const { output = `${path.resolve(folder)}-preview.png`, count, tile, seed, overwrite = false } = options;
  refuseAmongImages('--output', output);
  if (!overwrite) await refuseForeign([plannedFile('--output', output)]);
  const terminal = openTerminal();
  const rows: Picture[][] = [];
  for (const split of ['train', 'test'] as const) {
    for (const domain of ['A', 'B'] as const) {
      const content = await readDomainFolder(folder, split, domain);
      if (content.images.length === 0) continue;
      const tiles = await drawTiles(content, { count, tile, seed }, terminal.remark);
      if (tiles.length === 0) continue;
      const first = rows.length + 1;
      for (let at = 0; at < tiles.length; at += COLUMNS) rows.push(tiles.slice(at, at + COLUMNS));
      const place = first === rows.length ? `row ${first}` : `rows ${first} to ${rows.length}`;
      terminal.line(`${content.imageFolder}: ${counted(tiles.length, 'image')} of ${content.images.length}, ${place}`);
    }
  }
  if (rows.length === 0) throw new UserError(`${folder} holds no image to show: give the folder of a dataset.`);
  await writeOutput(output, await encodeImage(output, pictureTable(rows)), { isOnlyWriter: true });
  terminal.line(`Written to ${output}.`);
}

async function drawTiles(
  { images, imageFolder }: DomainFolder,
  { count, tile, seed }: { readonly count: number; readonly tile: number; readonly seed: number },
  remark: (text: string) => void,
): Promise<Picture[]> {
  const drawn = createRng(seed, 'preview', imageFolder).permutation(images.length).slice(0, count);
  const tiles: Picture[] = [];
  for (const i of drawn.sort((a, b) => a - b)) {
    try {
      const { width, height, image, masks, maskNumbers } = await loadInput(images[i] as DomainFolder['images'][number]);
      const scale = tile / Math.max(width, height);
      const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
      const small = await resizeImage({ width, height, data: image }, size);
      const smallMasks: Uint8Array[] = [];
      for (const data of masks) smallMasks.push((await resizeMask({ width, height, data }, size)).data);
      tiles.push(centred(drawOverlay(small, smallMasks, maskNumbers), tile));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      remark(`instagan: ${error.message}`);
    }
  }
  return tiles;
}

/** A picture in the middle of a square tile. */
function centred({ width, height, data }: Picture, side: number): Picture {
  const tile = new Uint8Array(side * side * 3).fill(TILE_GREY);
  const [left, top] = [Math.floor((side - width) / 2), Math.floor((side - height) / 2)];
  for (let y = 0; y < height; y++) {
    tile.set(data.subarray(y * width * 3, (y + 1) * width * 3), ((top + y) * side + left) * 3);
  }
  return { width: side, height: side, data: tile };
}
