/** An image with its instances as bytes, as files hold them. */
export interface MaskedImage {
  /** File name without its ending. */
  readonly name: string;
  readonly width: number;
  readonly height: number;
  /** RGB, `[height, width, 3]`, 0 … 255. */
  readonly image: Uint8Array;
  /** One per instance, `[height, width]`, 0 background and 255 object. */
  readonly masks: readonly Uint8Array[];
}

/** Images with random access. */
export interface MaskedImages {
  readonly count: number;
  /** @param index 0 … count - 1 */
  load(index: number): Promise<MaskedImage>;
}
