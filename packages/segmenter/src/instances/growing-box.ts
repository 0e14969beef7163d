import type { Box } from '@instagan/core';

/** The smallest box around pixels that come one by one. */
export class GrowingBox {
  #left = Number.POSITIVE_INFINITY;
  #top = Number.POSITIVE_INFINITY;
  #right = Number.NEGATIVE_INFINITY;
  #bottom = Number.NEGATIVE_INFINITY;

  add(x: number, y: number): void {
    if (x < this.#left) this.#left = x;
    if (x > this.#right) this.#right = x;
    if (y < this.#top) this.#top = y;
    if (y > this.#bottom) this.#bottom = y;
  }

  /** Without height and width if there was no pixel. */
  get box(): Box {
    if (this.#right < this.#left) return { left: 0, top: 0, width: 0, height: 0 };
    const [left, top] = [this.#left, this.#top];
    return { left, top, width: this.#right - left + 1, height: this.#bottom - top + 1 };
  }
}
