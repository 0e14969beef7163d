import type { CellSize } from './resample.ts';

const CHUNK = 4096;

/**
 * A PNG file in the kitty graphics protocol, scaled by the terminal to an area of characters from the cursor on; the
 * cursor stays. An image of the same number is replaced.
 */
export function kittyImage(png: Uint8Array, { columns, rows }: CellSize, number: number): string {
  const data = Buffer.from(png).toString('base64');
  const chunks = data.match(new RegExp(`.{1,${CHUNK}}`, 'g')) ?? [''];
  return chunks
    .map((chunk, i) => {
      const more = i < chunks.length - 1 ? 1 : 0;
      const control =
        i === 0 ? `a=T,f=100,t=d,i=${number},p=1,c=${columns},r=${rows},C=1,q=2,m=${more}` : `m=${more},q=2`;
      return `\u001b_G${control};${chunk}\u001b\\`;
    })
    .join('');
}

/** Takes an image of the kitty graphics protocol away, and frees it. */
export function kittyRemove(number: number): string {
  return `\u001b_Ga=d,d=I,i=${number},q=2\u001b\\`;
}

/** A picture file in the protocol of iTerm2, scaled by the terminal to an area of characters from the cursor on. */
export function iterm2Image(file: Uint8Array, { columns, rows }: CellSize): string {
  const data = Buffer.from(file).toString('base64');
  const size = `size=${file.length};width=${columns};height=${rows};preserveAspectRatio=0`;
  return `\u001b]1337;File=inline=1;${size};doNotMoveCursor=1:${data}\u0007`;
}
