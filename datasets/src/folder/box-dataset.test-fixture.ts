/** A small dataset drawn for tests: black pictures with two white boxes each, and the masks of the boxes. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeImage, writeMask } from '../images/write-image.ts';

export const width = 48;
export const height = 36;

interface Box {
  readonly left: number;
  readonly top: number;
  readonly size: number;
}

/** Writes `trainA` (a0 … a3), `trainB` (b0 … b2), `testA` (t0) and `testB` (u0) with their masks; the largest is number 1. */
export async function writeBoxDataset(root: string): Promise<string> {
  await mkdir(root, { recursive: true });
  for (const [folder, names] of [
    ['trainA', ['a0', 'a1', 'a2', 'a3']],
    ['trainB', ['b0', 'b1', 'b2']],
    ['testA', ['t0']],
    ['testB', ['u0']],
  ] as const) {
    for (const [i, name] of names.entries()) await drawImage(root, folder, name, i);
  }
  return root;
}

async function drawImage(root: string, folder: string, name: string, i: number): Promise<void> {
  const boxes: Box[] = [
    { left: 5 + 2 * i, top: 4 + i, size: 8 },
    { left: 30 + i, top: 18 + i, size: 12 },
  ];
  const image = new Uint8Array(width * height * 3);
  for (const [n, box] of boxes.entries()) {
    const mask = new Uint8Array(width * height);
    for (let y = box.top; y < box.top + box.size; y++) {
      for (let x = box.left; x < box.left + box.size; x++) {
        mask[y * width + x] = 255;
        image.fill(255, (y * width + x) * 3, (y * width + x + 1) * 3);
      }
    }
    await writeMask(join(root, `${folder}_seg`, `${name}_${n}.png`), { width, height, data: mask });
  }
  await writeImage(join(root, folder, `${name}.png`), { width, height, data: image });
}
