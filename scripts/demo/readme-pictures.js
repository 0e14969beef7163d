/**
 * Writes the pictures of the README from what `npm run demo` left: node scripts/demo/readme-pictures.js
 */
import path from 'node:path';
import { register } from 'tsx/esm/api';
import { DEMO_FOLDER, REPOSITORY } from './instagan.js';

/** Of a picture of the sheet, and of the photo before and after. */
const WIDTHS = { sheet: 1000, photo: 700 };

register();
const { readImage, resizeImage, writeImage } = await import('@instagan/datasets');
const { pictureTable } = await import('@instagan/core');
const demo = (...parts) => path.join(REPOSITORY, DEMO_FOLDER, ...parts);
const docs = (name) => path.join(REPOSITORY, 'docs/images', name);
const scaled = async (file, width) => {
  const image = await readImage(file);
  return resizeImage(image, { width, height: Math.round((width * image.height) / image.width) });
};

const sheets = [await scaled(demo('giraffes.png'), WIDTHS.sheet), await scaled(demo('sheep.png'), WIDTHS.sheet)];
await writeImage(docs('translated.webp'), pictureTable(sheets.map((sheet) => [sheet])));
const photos = [
  await scaled(demo('photos/testA/sheep-00001.png'), WIDTHS.photo),
  await scaled(demo('giraffe-photo/sheep-00001.png'), WIDTHS.photo),
];
await writeImage(docs('photo.webp'), pictureTable([photos]));
