// The page of `npm run demo`: one file that holds its pictures, and needs no network.
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { register } from 'tsx/esm/api';

/** Sides of the photo on the page; the file beside it has all of them. */
const PHOTO_WIDTH_PX = 1100;

/**
 * @param folder what the demo wrote
 * @param clip the names of the clip before and after, if there is one
 * @returns HTML
 */
export async function resultsPage(folder, clip) {
  register();
  const { encodeImage, readImage, resizeImage } = await import('@instagan/datasets');
  const { shippedModel } = await import('@instagan/models');
  const file = (...parts) => path.join(folder, ...parts);
  const embedded = async (name, image) =>
    `data:image/webp;base64,${Buffer.from(await encodeImage(`${name}.webp`, image)).toString('base64')}`;
  const picture = async (image, alt) => `<img src="${await embedded('picture', image)}" alt="${alt}">`;
  const sheet = async (name, alt) => picture(await readImage(file(name)), alt);
  const video = async (name, label) => {
    const bytes = await readFile(file(name));
    return `<figure><video src="data:video/mp4;base64,${bytes.toString('base64')}" autoplay loop muted playsinline></video><figcaption>${label}</figcaption></figure>`;
  };

  const before = await readImage(file('photos/testA/sheep-00001.png'));
  const after = await readImage(file('giraffe-photo/sheep-00001.png'));
  const scaled = { width: PHOTO_WIDTH_PX, height: Math.round((PHOTO_WIDTH_PX * before.height) / before.width) };
  const figure = async (image, label) =>
    `<figure>${await picture(image, label)}<figcaption>${label}</figcaption></figure>`;
  const photo = [
    await figure(await resizeImage(before, scaled), 'before'),
    await figure(await resizeImage(after, scaled), 'after'),
  ];
  const { card } = shippedModel('meadow');
  const columns = ['input', 'masks found', 'output', 'its masks', 'translated back'];
  const head = `<div class="columns">${columns.map((name) => `<span>${name}</span>`).join('')}</div>`;

  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>InstaGAN: sheep and giraffes</title>
<style>
  :root { color-scheme: light dark; --ink: light-dark(#1d1f21, #e8e6e3); --faint: light-dark(#667, #99a); --paper: light-dark(#fff, #17181a); }
  body { margin: 0 auto; padding: 3rem 1.25rem 5rem; max-width: 70rem; font: 16px/1.55 system-ui, sans-serif; color: var(--ink); background: var(--paper); }
  h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .5rem; } h2 { font-size: 1.2rem; margin: 2.75rem 0 .4rem; }
  p { max-width: 42rem; margin: 0 0 1rem; } .faint, figcaption, .columns { color: var(--faint); font-size: .875rem; }
  img, video { display: block; width: 100%; height: auto; border-radius: 6px; } figure { margin: 0; } figcaption { padding: .3rem 0 .6rem; }
  .pair { display: grid; grid-template-columns: 1fr 1fr; gap: .75rem; } .columns { display: grid; grid-template-columns: repeat(${columns.length}, 1fr); padding-bottom: .3rem; }
  table { border-collapse: collapse; font-size: .9rem; } td { padding: .15rem 1.5rem .15rem 0; vertical-align: top; } code { font-size: .85rem; overflow-wrap: anywhere; }
  @media (max-width: 40rem) { .pair { grid-template-columns: 1fr; } }
</style>
<h1>Sheep to giraffes, giraffes to sheep</h1>
<p>A network that learned from two folders of unpaired pictures changes the shape of each animal, one mask an animal. The scenes on this page were
drawn now; the model never saw them, and a segmenter found the animals.</p>
<h2>Sheep to giraffes</h2>${head}${await sheet('giraffes.png', 'sheep, their masks, the giraffes made of them, their masks, and sheep again')}
<h2>Giraffes to sheep</h2>${head}${await sheet('sheep.png', 'giraffes, their masks, the sheep made of them, their masks, and giraffes again')}
<h2>A photo of ${Math.round((before.width * before.height) / 1e6)} megapixels</h2>
<p>Only regions around the animals go through the model, at the scale that it learned. Everything else keeps every bit.</p>
<div class="pair">${photo.join('')}</div>
${clip === null ? '' : `<h2>A clip</h2><p>Masks are followed from frame to frame.</p><div class="pair">${await video(clip.before, 'before')}${await video(clip.after, 'after')}</div>`}
<h2>The model</h2>
<p>${card.size}, ${card.steps} steps, ${card.hours} hours on ${card.device}. Measured on 100 new scenes each way:</p>
<table>${Object.entries(card.scores.figures)
    .map(([name, value]) => `<tr><td>${name}<td>${value}`)
    .join('')}</table>
<p class="faint"><br>Made by <code>npm run demo</code>. <code>npx instagan models meadow</code> shows how the model was trained.</p>
</html>
`;
}
