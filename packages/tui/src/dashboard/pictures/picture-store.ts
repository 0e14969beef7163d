import path from 'node:path';
import type { TerminalCapabilities } from '../terminal/capabilities.ts';
import type { Overlay } from '../terminal/screen.ts';
import { asciiPicture, blockPicture } from './block-picture.ts';
import { iterm2Image, kittyImage, kittyRemove } from './inline-image.ts';
import { type LoadedPicture, loadPicture } from './picture.ts';
import { type CellSize, fitCells, resample } from './resample.ts';
import { sixelPicture } from './sixel.ts';

/** Pictures kept in memory, the last ones looked at. */
const CAPACITY = 32;
/** Numbers of images in the terminal's memory. */
const FIRST_IMAGE_NUMBER = 7100;

type Entry =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly message: string }
  | { readonly state: 'loaded'; readonly loaded: LoadedPicture; readonly contents: Map<string, Overlay['content']> };

/** Loads sample pictures as they are asked for, and turns them into what the terminal shows. */
export class PictureStore {
  readonly #terminal: TerminalCapabilities;
  readonly #onLoad: () => void;
  readonly #load: (file: string) => Promise<LoadedPicture>;
  readonly #entries = new Map<string, Entry>();

  /** @param onLoad told when a picture has come that was asked for */
  constructor(terminal: TerminalCapabilities, onLoad: () => void, load = loadPicture) {
    this.#terminal = terminal;
    this.#onLoad = onLoad;
    this.#load = load;
  }

  /** Height of a character by its width. */
  get cellAspect(): number {
    // Text pictures are made for characters twice as high as wide, two pixels each.
    const { graphics, cellHeightPx, cellWidthPx } = this.#terminal;
    return graphics === 'blocks' || graphics === 'ascii' ? 2 : cellHeightPx / cellWidthPx;
  }

  /** Width and height in pixels, once the picture is there. */
  shapeOf(runFolder: string, file: string): { readonly width: number; readonly height: number } | null {
    const entry = this.#entries.get(path.resolve(runFolder, file));
    return entry?.state === 'loaded' ? entry.loaded.picture : null;
  }

  faultOf(runFolder: string, file: string): string | null {
    const entry = this.#entries.get(path.resolve(runFolder, file));
    return entry?.state === 'failed' ? entry.message : null;
  }

  /**
   * The picture, as large as the room allows; null while it is loading or if it cannot be read.
   *
   * @param place number of the picture on the screen: one takes the place of the last with its number
   */
  overlay(runFolder: string, file: string, room: CellSize, place: number): Omit<Overlay, 'column' | 'row'> | null {
    const name = path.resolve(runFolder, file);
    const entry = this.#entry(name);
    if (entry.state !== 'loaded') return null;
    const size = fitCells(entry.loaded.picture, room, this.cellAspect);
    const key = `${name} ${size.columns}x${size.rows} ${place}`;
    let content = entry.contents.get(key);
    if (content === undefined) {
      content = this.#render(entry.loaded, size, FIRST_IMAGE_NUMBER + place);
      entry.contents.clear();
      entry.contents.set(key, content);
    }
    return { key, ...size, content };
  }

  #entry(name: string): Entry {
    const known = this.#entries.get(name);
    if (known !== undefined) {
      this.#entries.delete(name);
      this.#entries.set(name, known);
      return known;
    }
    const loading: Entry = { state: 'loading' };
    this.#entries.set(name, loading);
    const settle = (entry: Entry) => {
      this.#entries.set(name, entry);
      this.#onLoad();
    };
    this.#load(name).then(
      (loaded) => settle({ state: 'loaded', loaded, contents: new Map() }),
      (error: Error) => settle({ state: 'failed', message: error.message }),
    );
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= CAPACITY) break;
      this.#entries.delete(oldest);
    }
    return loading;
  }

  #render({ picture, file }: LoadedPicture, size: CellSize, number: number): Overlay['content'] {
    const { graphics, depth, isLight, cellWidthPx, cellHeightPx } = this.#terminal;
    switch (graphics) {
      case 'kitty':
        return { kind: 'graphics', show: kittyImage(file, size, number), hide: kittyRemove(number) };
      case 'iterm2':
        return { kind: 'graphics', show: iterm2Image(file, size), hide: '' };
      case 'sixel': {
        const [width, height] = [size.columns * cellWidthPx, Math.floor((size.rows * cellHeightPx) / 6) * 6];
        return { kind: 'graphics', show: sixelPicture(resample(picture, width, height)), hide: '' };
      }
      case 'blocks':
        return { kind: 'text', lines: blockPicture(picture, size, depth) };
      case 'ascii':
        return { kind: 'text', lines: asciiPicture(picture, size, isLight) };
    }
  }
}
