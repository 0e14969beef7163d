import path from 'node:path';
import type { RunEntry } from '../dashboard/log/run-entry.ts';
import type { SampleEntry } from '../dashboard/log/run-state.ts';
import { sampleSets } from '../dashboard/log/sample-sets.ts';
import { loadPicture } from '../dashboard/pictures/picture.ts';

/** A sample picture as a page holds it. */
export interface EmbeddedPicture {
  readonly direction: string;
  /** A `data:` address. */
  readonly source: string;
  readonly width: number;
  readonly height: number;
}

/** The pictures of one step. */
export interface EmbeddedSet {
  readonly step: number;
  readonly pictures: readonly EmbeddedPicture[];
}

/** Steps of a run whose pictures a page holds, spread over all: more would make it slow to open. */
const MAX_SETS = 40;
/** Larger files are written as WebP. */
const MAX_PNG_BYTES = 65_536;

/** Sample pictures as pages hold them, each read once. */
export class EmbeddedSamples {
  readonly #known = new Map<string, EmbeddedPicture | null>();

  /** The pictures of a run, by step. Those that are missing or damaged, or lie outside of its folder, are left out. */
  async of(run: RunEntry): Promise<EmbeddedSet[]> {
    const sets: EmbeddedSet[] = [];
    for (const { step, entries } of spread(sampleSets(run), MAX_SETS)) {
      const pictures: EmbeddedPicture[] = [];
      for (const entry of entries) {
        const picture = await this.#picture(run.folder, entry);
        if (picture !== null) pictures.push(picture);
      }
      if (pictures.length > 0) sets.push({ step, pictures });
    }
    return sets;
  }

  async #picture(folder: string, { path: name, direction }: SampleEntry): Promise<EmbeddedPicture | null> {
    const file = path.resolve(folder, name);
    // A page may be passed on: a log must not be able to put anybody's pictures into it.
    if (!file.startsWith(path.resolve(folder) + path.sep)) return null;
    let picture = this.#known.get(file);
    if (picture === undefined) {
      picture = await embed(file, direction).catch(() => null);
      if (picture !== null) this.#known.set(file, picture);
    }
    return picture;
  }
}

async function embed(file: string, direction: string): Promise<EmbeddedPicture> {
  const { picture, file: bytes } = await loadPicture(file);
  const { width, height } = picture;
  if (bytes.length <= MAX_PNG_BYTES) return { direction, source: dataAddress('png', bytes), width, height };
  const { encodeImage } = await import('@instagan/datasets');
  return { direction, source: dataAddress('webp', await encodeImage('sample.webp', picture)), width, height };
}

function dataAddress(kind: string, bytes: Uint8Array): string {
  return `data:image/${kind};base64,${Buffer.from(bytes).toString('base64')}`;
}

/** At most so many of a list, with its first and its last, and evenly between. */
function spread<T>(values: readonly T[], most: number): readonly T[] {
  if (values.length <= most) return values;
  return Array.from({ length: most }, (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))] as T);
}
