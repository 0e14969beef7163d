import { accessSync, constants, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What a target reads and how inputs for it are made. A reader is added as a file in `targets/` and a line in `targets/index.ts`. */
export interface FuzzTarget {
  readonly name: string;
  /** Decides how inputs are changed: byte by byte, or as JSON, also in lines. */
  readonly kind: 'bytes' | 'json' | 'json-lines';
  /** Words that the format knows, to be put where they do not belong. */
  readonly words: readonly string[];
  /** Inputs as they should be, to begin with. */
  seeds(): Promise<readonly Uint8Array[]>;
  /** Corrects lengths and checksums of a changed input, so that what lies behind them is reached. */
  readonly mend?: (input: Uint8Array) => Uint8Array;
  /**
   * Reads an input as the software does. What is wrong with it must be a UserError.
   *
   * @returns texts that go to a terminal as they are
   */
  read(input: Uint8Array, place: FuzzPlace): Promise<readonly string[]> | readonly string[];
}

/** Where files are kept in memory, which saves most of the time that an input takes; else the folder for temporary files. */
export function memoryFolder(): string {
  try {
    accessSync('/dev/shm', constants.W_OK);
    return '/dev/shm';
  } catch {
    return tmpdir();
  }
}

/** A folder for the files of one input; nothing else may be opened. */
export class FuzzPlace {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
  }

  /** Writes the input to a file and gives its path. */
  file(name: string, content: Uint8Array | string): string {
    const file = path.join(this.folder, name);
    writeFileSync(file, content);
    return file;
  }
}

const encoder = new TextEncoder();

/** The bytes of a value as JSON. */
export function jsonBytes(value: unknown): Uint8Array {
  return encoder.encode(JSON.stringify(value));
}

export function textOf(input: Uint8Array): string {
  return new TextDecoder().decode(input);
}
