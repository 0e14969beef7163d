import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

type Call = (...args: unknown[]) => unknown;

const CALLS = [
  'access',
  'appendFile',
  'copyFile',
  'lstat',
  'mkdir',
  'readFile',
  'readdir',
  'realpath',
  'rename',
].concat(['rm', 'stat', 'unlink', 'writeFile']);

/**
 * Lets `node:fs/promises` work in this thread from here on: the way to another thread and back takes most of the time of a short input
 * on a busy machine.
 */
export function readFilesAtOnce(): void {
  const promises = fs.promises as unknown as Record<string, Call>;
  const atOnce = fs as unknown as Record<string, Call>;
  for (const name of CALLS) promises[name] = async (...args) => atOnce[`${name}Sync`]?.(...args);
  promises.open = async (...args) => new Handle(atOnce.openSync?.(...args) as number);
  syncBuiltinESMExports();
}

/** As much of a `FileHandle` as readers use. */
class Handle {
  readonly fd: number;

  constructor(fd: number) {
    this.fd = fd;
  }

  async read(buffer: Uint8Array, offset = 0, length = buffer.byteLength - offset, position: number | null = null) {
    return { bytesRead: fs.readSync(this.fd, buffer, offset, length, position), buffer };
  }

  async readFile(options?: BufferEncoding) {
    return fs.readFileSync(this.fd, options);
  }

  async writeFile(data: string | Uint8Array) {
    fs.writeFileSync(this.fd, data);
  }

  async appendFile(data: string | Uint8Array) {
    fs.appendFileSync(this.fd, data);
  }

  async truncate(length = 0) {
    fs.ftruncateSync(this.fd, length);
  }

  async stat() {
    return fs.fstatSync(this.fd);
  }

  /** What is only in memory need not come to a disk. */
  async sync() {}

  async close() {
    fs.closeSync(this.fd);
  }
}
