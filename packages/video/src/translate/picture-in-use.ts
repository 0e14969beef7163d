/** Pixels that several read, who do not know when the others are done. It begins with one user. */
export class PictureInUse {
  readonly data: Uint8Array;
  readonly #whenUnused: () => void;
  #users = 1;

  constructor(data: Uint8Array, whenUnused: () => void) {
    this.data = data;
    this.#whenUnused = whenUnused;
  }

  use(): void {
    this.#users++;
  }

  /** A user is done with it. */
  release(): void {
    if (--this.#users === 0) this.#whenUnused();
  }
}
