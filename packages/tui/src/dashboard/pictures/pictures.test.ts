import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { readImage, writeImage } from '@instagan/datasets';
import t from 'tap';
import type { TerminalCapabilities } from '../terminal/capabilities.ts';
import { asciiPicture, blockPicture } from './block-picture.ts';
import { iterm2Image, kittyImage, kittyRemove } from './inline-image.ts';
import { loadPicture, type Picture } from './picture.ts';
import { PictureStore } from './picture-store.ts';
import { fitCells, resample } from './resample.ts';
import { sixelPicture } from './sixel.ts';

const ESC = String.fromCharCode(27);

/** Left half red, right half blue. */
function twoColours(width: number, height: number): Picture {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const isLeft = Math.floor(i / 3) % width < width / 2;
    return [isLeft ? 255 : 0, 0, isLeft ? 0 : 255][i % 3] as number;
  });
  return { width, height, data };
}

const pixel = ({ width, data }: Picture, x: number, y: number) => [
  ...data.subarray((y * width + x) * 3).subarray(0, 3),
];

t.test('a picture keeps its shape in characters', async (t) => {
  t.same(fitCells({ width: 100, height: 100 }, { columns: 40, rows: 40 }), { columns: 40, rows: 20 });
  t.same(fitCells({ width: 100, height: 100 }, { columns: 40, rows: 5 }), { columns: 10, rows: 5 });
  t.same(fitCells({ width: 500, height: 100 }, { columns: 50, rows: 50 }, 2.5), { columns: 50, rows: 4 });
});

t.test('a picture made smaller or larger keeps its colours', async (t) => {
  const small = resample(twoColours(9, 6), 3, 2);
  t.same(
    [pixel(small, 0, 0), pixel(small, 2, 1)],
    [
      [255, 0, 0],
      [0, 0, 255],
    ],
  );
  t.same(pixel(resample(twoColours(2, 1), 1, 1), 0, 0), [128, 0, 128], 'a pixel is the mean of what it covers');
  const large = resample(twoColours(2, 2), 10, 10);
  t.same(
    [pixel(large, 4, 9), pixel(large, 5, 0)],
    [
      [255, 0, 0],
      [0, 0, 255],
    ],
  );
});

t.test('a photo goes over the line no larger than a screen', async (t) => {
  const folder = t.testdir();
  const [small, large] = [path.join(folder, 'small.png'), path.join(folder, 'large.png')];
  await writeImage(small, twoColours(40, 20));
  await writeImage(large, twoColours(4000, 1000));
  t.same((await loadPicture(small)).file, readFileSync(small), 'as it is');
  const { picture, file } = await loadPicture(large);
  t.match(picture, { width: 1280, height: 320 });
  const sent = path.join(folder, 'sent.png');
  writeFileSync(sent, file);
  t.same(await readImage(sent), picture, 'a PNG of the same pixels');
});

t.test('half blocks carry two pixels each, in as many colours as there are', async (t) => {
  t.same(blockPicture(twoColours(2, 2), { columns: 2, rows: 1 }, 24), [
    `${ESC}[38;2;255;0;0m${ESC}[48;2;255;0;0m▀${ESC}[38;2;0;0;255m${ESC}[48;2;0;0;255m▀${ESC}[0m`,
  ]);
  t.same(blockPicture(twoColours(2, 2), { columns: 2, rows: 1 }, 8), [
    `${ESC}[38;5;196m${ESC}[48;5;196m▀${ESC}[38;5;21m${ESC}[48;5;21m▀${ESC}[0m`,
  ]);
  t.same(blockPicture(twoColours(2, 2), { columns: 2, rows: 1 }, 4), [
    `${ESC}[91m${ESC}[101m▀${ESC}[34m${ESC}[44m▀${ESC}[0m`,
  ]);
});

t.test(
  'without colours a picture is light and dark characters, on a light background the other way round',
  async (t) => {
    const ramp: Picture = {
      width: 3,
      height: 2,
      data: Uint8Array.from([0, 128, 255, 0, 128, 255].flatMap((v) => [v, v, v])),
    };
    t.same(asciiPicture(ramp, { columns: 3, rows: 1 }, false), [' +@']);
    t.same(asciiPicture(ramp, { columns: 3, rows: 1 }, true), ['@= ']);
  },
);

t.test('sixels give the picture back', async (t) => {
  const picture = twoColours(20, 13);
  const decoded = decodeSixel(sixelPicture(picture));
  t.same([decoded.width, decoded.height], [20, 13]);
  t.same([...decoded.data], [...picture.data], 'pure colours are exact');
  const grey: Picture = { width: 16, height: 16, data: new Uint8Array(16 * 16 * 3).fill(100) };
  const mean = decodeSixel(sixelPicture(grey)).data.reduce((sum, value) => sum + value, 0) / grey.data.length;
  t.ok(Math.abs(mean - 100) < 4, `what lies between the colours is dithered: ${mean}`);
});

t.test('kitty gets the file in pieces it accepts, and is told to forget it', async (t) => {
  const file = Uint8Array.from({ length: 5000 }, (_, i) => i % 251);
  const text = kittyImage(file, { columns: 30, rows: 4 }, 7);
  const chunks = text.split(`${ESC}\\`).slice(0, -1);
  t.ok(chunks.every((chunk) => chunk.slice(chunk.indexOf(';') + 1).length <= 4096));
  t.match(chunks[0], /a=T,f=100,t=d,i=7,p=1,c=30,r=4,C=1,q=2,m=1;/);
  t.match(chunks.at(-1), /_Gm=0,q=2;/);
  const data = chunks.map((chunk) => chunk.slice(chunk.indexOf(';') + 1)).join('');
  t.same(Buffer.from(data, 'base64'), Buffer.from(file));
  t.match(kittyRemove(7), /a=d,d=I,i=7/);
  t.match(iterm2Image(file, { columns: 30, rows: 4 }), /1337;File=inline=1;size=5000;width=30;height=4/);
});

t.test('pictures are loaded when they are looked at, and a broken one says why', async (t) => {
  const terminal: TerminalCapabilities = {
    graphics: 'blocks',
    depth: 24,
    isLight: false,
    isUnicode: true,
    cellWidthPx: 10,
    cellHeightPx: 20,
  };
  let changes = 0;
  const store = new PictureStore(
    terminal,
    () => changes++,
    async (file) => {
      if (file.endsWith('broken.png')) throw new Error('it is damaged');
      return { file: new Uint8Array(4), picture: twoColours(10, 4) };
    },
  );
  const room = { columns: 20, rows: 20 };
  t.equal(store.overlay('run', 'a.png', room, 0), null);
  store.overlay('run', 'broken.png', room, 1);
  await delay(1);
  t.equal(changes, 2);
  t.match(store.overlay('run', 'a.png', room, 0), { columns: 20, rows: 4, content: { kind: 'text' } });
  t.equal(store.faultOf('run', 'broken.png'), 'it is damaged');
  t.same(store.shapeOf('run', 'a.png'), twoColours(10, 4));
});

/** Reads what {@link sixelPicture} writes, as a terminal would. */
function decodeSixel(text: string): Picture {
  const [, sizes = '', body = ''] = /^.P0;1;0q"1;1;(\d+;\d+)(.*).\\$/s.exec(text) ?? [];
  const [width, height] = sizes.split(';').map(Number) as [number, number];
  const data = new Uint8Array(width * height * 3);
  const palette = new Map<number, number[]>();
  let [colour, x, top] = [0, 0, 0];
  for (const [token] of body.matchAll(/#\d+(;2;\d+;\d+;\d+)?|!\d+.|[-$]|[?-~]/g)) {
    if (token.startsWith('#')) {
      const [index, , ...percent] = token.slice(1).split(';').map(Number);
      colour = index as number;
      if (percent.length > 0)
        palette.set(
          colour,
          percent.map((part) => Math.round((part * 255) / 100)),
        );
    } else if (token === '-') [x, top] = [0, top + 6];
    else if (token === '$') x = 0;
    else {
      const count = token.startsWith('!') ? Number(token.slice(1, -1)) : 1;
      const bits = token.charCodeAt(token.length - 1) - 63;
      for (let i = 0; i < count; i++, x++) {
        for (let y = 0; y < 6; y++) if (bits & (1 << y)) data.set(palette.get(colour)!, ((top + y) * width + x) * 3);
      }
    }
  }
  return { width, height, data };
}
