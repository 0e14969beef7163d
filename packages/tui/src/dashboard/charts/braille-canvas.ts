/** Bits of a braille character by column and row of its dots, as Unicode numbers them. */
const DOTS = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80],
] as const;
const BLANK = 0x2800;
/** A vertical bar of full height, where there is no braille. */
const ASCII_MARKS = [' ', '.', ':', '*', '#'] as const;

/** A grid of braille characters to draw on: two dots wide and four high each, and one ink a character. */
export class BrailleCanvas {
  readonly columns: number;
  readonly rows: number;
  readonly #bits: Uint8Array;
  readonly #inks: Int32Array;
  readonly #layers: Uint8Array;
  /** What is drawn on a higher layer replaces what lies below it in the same character. */
  layer = 0;

  /** @param columns @param rows in characters */
  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.rows = rows;
    this.#bits = new Uint8Array(columns * rows);
    this.#inks = new Int32Array(columns * rows).fill(-1);
    this.#layers = new Uint8Array(columns * rows);
  }

  /** In dots. */
  get width(): number {
    return this.columns * 2;
  }

  /** In dots. */
  get height(): number {
    return this.rows * 4;
  }

  /** Sets a dot; `x` to the right and `y` down from 0, in dots. What lies outside is left out. */
  dot(x: number, y: number, ink: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return;
    const cell = (y >> 2) * this.columns + (x >> 1);
    if ((this.#layers[cell] as number) > this.layer) return;
    if ((this.#layers[cell] as number) < this.layer) {
      this.#layers[cell] = this.layer;
      this.#bits[cell] = 0;
    }
    this.#bits[cell] = (this.#bits[cell] as number) | (DOTS[(x & 1) as 0 | 1][(y & 3) as 0 | 1 | 2 | 3] as number);
    this.#inks[cell] = ink;
  }

  /** A straight line between two dots, both included (Bresenham). */
  line(x0: number, y0: number, x1: number, y1: number, ink: number): void {
    const [dx, dy] = [Math.abs(x1 - x0), -Math.abs(y1 - y0)];
    const [stepX, stepY] = [x0 < x1 ? 1 : -1, y0 < y1 ? 1 : -1];
    let error = dx + dy;
    let [x, y] = [x0, y0];
    for (;;) {
      this.dot(x, y, ink);
      if (x === x1 && y === y1) return;
      const twice = 2 * error;
      if (twice >= dy) {
        error += dy;
        x += stepX;
      }
      if (twice <= dx) {
        error += dx;
        y += stepY;
      }
    }
  }

  /**
   * The rows as text.
   *
   * @param paint colours a run of characters of one ink
   * @param isAscii marks instead of braille, for terminals without Unicode
   */
  toLines(paint: (text: string, ink: number) => string, isAscii = false): string[] {
    return Array.from({ length: this.rows }, (_, row) => {
      let line = '';
      let run = '';
      let runInk = -1;
      for (let column = 0; column < this.columns; column++) {
        const cell = row * this.columns + column;
        const bits = this.#bits[cell] as number;
        const ink = bits === 0 ? -1 : (this.#inks[cell] as number);
        if (ink !== runInk) {
          line += runInk === -1 ? run : paint(run, runInk);
          run = '';
          runInk = ink;
        }
        run += bits === 0 ? ' ' : isAscii ? asciiMark(bits) : String.fromCharCode(BLANK + bits);
      }
      return line + (runInk === -1 ? run : paint(run, runInk));
    });
  }
}

function asciiMark(bits: number): string {
  let count = 0;
  for (let rest = bits; rest > 0; rest >>= 1) count += rest & 1;
  return ASCII_MARKS[Math.min(4, Math.ceil(count / 2))] as string;
}
