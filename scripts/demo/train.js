/**
 * `npm run demo:train`: the whole way in under four minutes, through the same commands that users type. Draws a set, trains a
 * small model for a bounded time, translates test images both ways and lays them out on one sheet.
 */
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { register } from 'tsx/esm/api';
import { DEMO_FOLDER, instagan, REPOSITORY, say } from './instagan.js';

const folder = `${DEMO_FOLDER}/training`;
const inside = (name) => `${folder}/${name}`;
const data = inside('meadow');
const run = inside('run');
const sheet = inside('contact-sheet.png');

/** Drawing, starting up and translating take what is left of four minutes, with room for a slow machine. */
const TRAINING_MINUTES = 3;
const SETTINGS = '--size 64x64 --ngf 12 --ndf 12 --blocks 3 --max-instances 2 --learning-rate 5e-4,2e-4';
/** The sheet shows the small images this many times larger. */
const ZOOM = 3;
const TEST_IMAGES = 4;

const beganMs = performance.now();
const translations = [
  { direction: 'AtoB', input: `${data}/testA`, output: inside('giraffes'), sheet: inside('sheet-AtoB.png') },
  { direction: 'BtoA', input: `${data}/testB`, output: inside('sheep'), sheet: inside('sheet-BtoA.png') },
];

// What an earlier demo left; the drawn set is replaced by its own command.
for (const name of ['run', 'giraffes', 'giraffes_seg', 'sheep', 'sheep_seg', 'contact-sheet.png']) {
  await rm(path.join(REPOSITORY, folder, name), { recursive: true, force: true });
}

say('1. Draw meadows with sheep (A) and giraffes (B), each animal with its mask.');
await instagan(`dataset draw --output ${data} --count 60 --test-count ${TEST_IMAGES} --size 64x64`);

say(`2. Train a small model for ${TRAINING_MINUTES} minutes. Good results need hours; this shows the way.`);
await instagan(`train --data ${data} --run ${run} ${SETTINGS} --time-limit ${TRAINING_MINUTES} --ui plain`);

say('3. Translate test images, sheep to giraffes and giraffes to sheep.');
for (const { direction, input, output, sheet: part } of translations) {
  const options = `--direction ${direction} --input ${input} --output ${output} --sheet ${part}`;
  await instagan(`translate --run ${run} ${options}`);
}
await joinSheets();

const seconds = Math.round((performance.now() - beganMs) / 1000);
console.log(`\nDone in ${seconds} s. Look at ${path.join(REPOSITORY, sheet)}`);
console.log('Columns: input, its masks, output, its masks, translated back.');
console.log(`Rows: ${TEST_IMAGES} of sheep to giraffes, then ${TEST_IMAGES} of giraffes to sheep.`);
console.log(`\nTrain on: npx instagan train --data ${data} --run ${run} --resume`);

/** One sheet of both directions, enlarged. */
async function joinSheets() {
  register();
  const { readImage, writeImage } = await import('@instagan/datasets');
  const parts = [];
  for (const { sheet: part } of translations) {
    const file = path.join(REPOSITORY, part);
    const { height, width } = await readImage(file);
    parts.push(await readImage(file, { size: { height: height * ZOOM, width: width * ZOOM } }));
    await rm(file);
  }
  const height = parts.reduce((sum, part) => sum + part.height, 0);
  const joined = { width: parts[0].width, height, data: Buffer.concat(parts.map((part) => part.data)) };
  await writeImage(path.join(REPOSITORY, sheet), joined);
}
