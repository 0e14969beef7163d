/**
 * `npm run demo`: what a trained model does, in under a minute. Draws scenes that the shipped models never saw, finds the animals,
 * translates small pictures both ways, a photo of 12 megapixels and a clip, and lays all out on one page.
 */
import { execFile } from 'node:child_process';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { register } from 'tsx/esm/api';
import { DEMO_FOLDER, instagan, REPOSITORY, say } from './instagan.js';
import { resultsPage } from './results-page.js';

const inside = (name) => `${DEMO_FOLDER}/${name}`;
const at = (name) => path.join(REPOSITORY, inside(name));
const scenes = inside('scenes');
const photos = inside('photos');

const FRAMES = 24;
const FPS = 12;
/** Small models are weak at what was behind an object. */
const MODEL = '--run meadow --background fill';

const beganMs = performance.now();
// The drawn sets are replaced by their own command; what is left of an earlier demo is not ours to mix with.
for (const name of ['giraffes', 'sheep', 'giraffe-photo']) {
  for (const folder of [name, `${name}_seg`]) await rm(at(folder), { recursive: true, force: true });
}
for (const name of ['giraffes.png', 'sheep.png', 'sheep.mp4', 'giraffes.mp4']) await rm(at(name), { force: true });

say('1. Draw meadows with sheep and giraffes, and a photo of 12 megapixels.');
await instagan(`dataset draw --output ${scenes} --count 1 --test-count 3 --seed 11 --size 320x320`);
await instagan(`dataset draw --output ${photos} --count 1 --test-count 1 --seed 79 --size 3000x4000`);
await instagan(`dataset draw --output ${inside('walk')} --video ${FRAMES} --seed 5 --size 240x360`);

say('2. Turn sheep into giraffes and giraffes into sheep. A segmenter finds them: the pictures need no masks.');
await instagan(
  `translate ${MODEL} --segmenter meadow/sheep --input ${scenes}/testA --output ${inside('giraffes')} --sheet ${inside('giraffes.png')}`,
);
await instagan(
  `translate ${MODEL} --segmenter meadow/giraffes --direction BtoA --input ${scenes}/testB --output ${inside('sheep')} --sheet ${inside('sheep.png')}`,
);

say('3. Translate the photo: only what is around the sheep goes through the model, the rest stays as it is.');
await instagan(
  `translate ${MODEL} --segmenter meadow/sheep --input ${photos}/testA --output ${inside('giraffe-photo')}`,
);

say('4. Translate a clip.');
const clip = await makeClip();
if (clip !== null)
  await instagan(
    `video ${MODEL} --segmenter meadow/sheep --input ${inside(clip.before)} --output ${inside(clip.after)}`,
  );

const page = at('index.html');
await writeFile(page, await resultsPage(path.join(REPOSITORY, DEMO_FOLDER), clip));
const seconds = Math.round((performance.now() - beganMs) / 1000);
console.log(`\nDone in ${seconds} s. Open ${pathToFileURL(page)}`);
console.log('\nTrain a model yourself: npm run demo:train');

/** The drawn frames as a video, if there is an ffmpeg. */
async function makeClip() {
  register();
  const { findFfmpeg } = await import('@instagan/video');
  const ffmpeg = await findFfmpeg().catch((error) => console.log(`Without a clip: ${error.message}`));
  if (ffmpeg === undefined) return null;
  const [before, after] = ['sheep.mp4', 'giraffes.mp4'];
  const frames = ['-framerate', String(FPS), '-i', at('walk/%05d.png')];
  await promisify(execFile)(ffmpeg.path, ['-v', 'error', '-y', ...frames, '-pix_fmt', 'yuv420p', at(before)]);
  return { before, after };
}
