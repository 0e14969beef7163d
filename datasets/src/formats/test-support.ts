import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { deflateSync } from 'node:zlib';
import sharp from 'sharp';
import { readHeader } from '../images/image-file.ts';
import type { AnnotatedImage } from './annotation-source.ts';

/** Rows of a mask as text: `#` object, `.` background. */
export function rowsOf({ width, data }: { readonly width: number; readonly data: Uint8Array }): string[] {
  return Array.from({ length: data.length / width }, (_, y) =>
    Array.from(data.subarray(y * width, (y + 1) * width), (value) => (value === 0 ? '.' : '#')).join(''),
  );
}

/** Writes a grey RGB picture, making its folder. */
export async function writePicture(file: string, width: number, height: number): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  const background = { r: 90, g: 120, b: 60 };
  await sharp({ create: { width, height, channels: 3, background } }).toFile(file);
  return file;
}

/** Writes pixels as a PNG image: of one channel, or of three. */
export async function writePixels(file: string, width: number, height: number, data: readonly number[]): Promise<void> {
  await mkdir(path.dirname(file), { recursive: true });
  const channels = (data.length / (width * height)) as 1 | 3;
  await sharp(Uint8Array.from(data), { raw: { width, height, channels } })
    .toColourspace(channels === 1 ? 'b-w' : 'srgb')
    .png()
    .toFile(file);
}

/** Writes text, making its folder. */
export async function writeText(file: string, text: string | object): Promise<string> {
  await mkdir(path.dirname(file), { recursive: true });
  await writeFile(file, typeof text === 'string' ? text : JSON.stringify(text));
  return file;
}

/** The objects of an image, drawn: `label` and rows. */
export async function drawnObjects(image: AnnotatedImage): Promise<(readonly [label: string, rows: string[]])[]> {
  const file = await image.locate();
  const drawn: (readonly [string, string[]])[] = [];
  for (const object of await image.objects(file, await readHeader(file))) {
    drawn.push([object.label, rowsOf(await object.draw())]);
  }
  return drawn;
}

/** An indexed PNG with the palette of PASCAL VOC, as sharp cannot write it. */
export function indexedPng(width: number, height: number, indices: readonly number[]): Uint8Array {
  const palette = Buffer.alloc(768);
  for (let i = 0; i < 256; i++) {
    for (let bit = 0; bit < 8; bit++) {
      const at = 3 * i + (bit % 3);
      palette[at] = (palette[at] as number) | (((i >> bit) & 1) << (7 - Math.floor(bit / 3)));
    }
  }
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  const rows = Array.from({ length: height }, (_, y) => [0, ...indices.slice(y * width, (y + 1) * width)]);
  const data = deflateSync(Buffer.from(rows.flat()));
  const signature = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);
  return Buffer.concat([
    signature,
    ...(
      [
        ['IHDR', header],
        ['PLTE', palette],
        ['IDAT', data],
        ['IEND', Buffer.alloc(0)],
      ] as const
    ).map(([kind, content]) => chunk(kind, content)),
  ]);
}

function chunk(kind: string, content: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(kind, 'latin1'), content]);
  const frame = Buffer.alloc(8);
  frame.writeUInt32BE(content.length, 0);
  frame.writeUInt32BE(crcOf(body), 4);
  return Buffer.concat([frame.subarray(0, 4), body, frame.subarray(4)]);
}

function crcOf(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

/** A MATLAB file of level 5, little-endian, with compressed variables, as `save -v7` writes it. */
export function matFile(variables: Readonly<Record<string, Uint8Array | readonly string[]>>, rows = 0): Uint8Array {
  const header = Buffer.alloc(128, 0x20);
  header.write('MATLAB 5.0 MAT-file', 0, 'latin1');
  header.writeUInt16LE(0x0100, 124);
  header.write('IM', 126, 'latin1');
  const parts = Object.entries(variables).map(([name, value]) => {
    const matrix = value instanceof Uint8Array ? bytesMatrix(name, value, rows) : cellMatrix(name, value);
    const packed = deflateSync(matrix);
    return Buffer.concat([words(15, packed.length), packed]);
  });
  return Buffer.concat([header, ...parts]);
}

function words(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(4 * values.length);
  for (const [i, value] of values.entries()) buffer.writeUInt32LE(value, 4 * i);
  return buffer;
}

function matElement(type: number, content: Uint8Array): Buffer {
  return Buffer.concat([words(type, content.length), content, Buffer.alloc((8 - (content.length % 8)) % 8)]);
}

function matrixElement(kind: number, dimensions: readonly number[], name: string, content: readonly Buffer[]): Buffer {
  const parts = [matElement(6, words(kind, 0)), matElement(5, words(...dimensions)), matElement(1, Buffer.from(name))];
  return matElement(14, Buffer.concat([...parts, ...content]));
}

function bytesMatrix(name: string, value: Uint8Array, rows: number): Buffer {
  return matrixElement(9, [rows, value.length / rows], name, [matElement(2, value)]);
}

function cellMatrix(name: string, texts: readonly string[]): Buffer {
  const cells = texts.map((text) => matrixElement(4, [1, text.length], '', [matElement(16, Buffer.from(text))]));
  return matrixElement(1, [1, texts.length], name, cells);
}
