import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ByteSource } from '../nut/byte-source.ts';

/** Brings bytes from a program to this process, straight into the memory where they belong. */
export interface WidePipe {
  /** For the standard output of a program; to be closed here once the program has it. */
  readonly input: Socket;
  /** What the program writes; not read ahead of its reader by more than {@link LANDING_BYTES}. */
  readonly output: ByteSource;
  /** Gives up what has not been read. */
  close(): void;
}

/** Room for bytes that arrive before it is known where they belong. */
const LANDING_BYTES = 2 ** 14;
/** The paths of sockets are short: 108 bytes on Linux, 104 on macOS. */
const MAX_PATH_BYTES = 100;

/**
 * Opens a pair of sockets, as the standard output of a child process is one. That one Node reads into 64 KiB of fresh memory at a time, all of
 * which is copied once more and has to be collected.
 *
 * @returns null where there is no place for such sockets
 */
export async function openWidePipe(): Promise<WidePipe | null> {
  if (process.platform === 'win32') return null;
  const folder = await mkdtemp(join(tmpdir(), 'instagan-')).catch(() => null);
  if (folder === null) return null;
  const path = join(folder, 'pipe');
  const server = createServer();
  try {
    if (Buffer.byteLength(path) > MAX_PATH_BYTES) return null;
    server.listen(path);
    await once(server, 'listening');
    const output = new SocketBytes(path);
    const [input] = (await once(server, 'connection')) as [Socket];
    return { input, output, close: () => output.close() };
  } catch {
    // Some file systems hold no sockets.
    return null;
  } finally {
    server.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Reads a socket into whatever is to be filled. */
class SocketBytes implements ByteSource {
  readonly #socket: Socket;
  readonly #landing = new Uint8Array(LANDING_BYTES);
  /** Of the landing: what has not been fetched. */
  #landed: Uint8Array = new Uint8Array(0);
  #target: Uint8Array = new Uint8Array(0);
  #filled = 0;
  #isEnded = false;
  #tellFilled: ((bytes: number) => void) | null = null;

  constructor(path: string) {
    const buffer = () => (this.#isFull() ? this.#landing : this.#target.subarray(this.#filled));
    const callback = (bytes: number, place: Uint8Array) => this.#take(place.subarray(0, bytes));
    this.#socket = connect({ path, onread: { buffer, callback } });
    // It closes after an error, too.
    this.#socket.on('error', () => {});
    this.#socket.on('close', () => {
      this.#isEnded = true;
      this.#finish();
    });
    this.#socket.pause();
  }

  fill(target: Uint8Array): Promise<number> {
    this.#target = target;
    this.#filled = 0;
    this.#fetchLanded();
    if (this.#isFull() || this.#isEnded) return Promise.resolve(this.#filled);
    return new Promise((resolve) => {
      this.#tellFilled = resolve;
      this.#socket.resume();
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  /** @returns whether to read on */
  #take(bytes: Uint8Array): boolean {
    if (bytes.buffer === this.#landing.buffer) {
      this.#landed = bytes;
      this.#fetchLanded();
    } else this.#filled += bytes.length;
    if (!this.#isFull()) return true;
    this.#finish();
    return false;
  }

  #fetchLanded(): void {
    const part = this.#landed.subarray(0, this.#target.length - this.#filled);
    this.#target.set(part, this.#filled);
    this.#filled += part.length;
    this.#landed = this.#landed.subarray(part.length);
  }

  #isFull(): boolean {
    return this.#filled === this.#target.length;
  }

  #finish(): void {
    const tellFilled = this.#tellFilled;
    this.#tellFilled = null;
    tellFilled?.(this.#filled);
  }
}
