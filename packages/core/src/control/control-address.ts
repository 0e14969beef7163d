import path from 'node:path';

/** Names the socket of a run that is being trained; in the run folder, readable by its owner only. */
export const ADDRESS_FILE = 'control.address';
export const SOCKET_FILE = 'control.socket';

/** The operating systems' limit of a socket's path is 104 bytes or more. */
const MAX_PATH_BYTES = 100;

export function addressFile(runFolder: string): string {
  return path.join(runFolder, ADDRESS_FILE);
}

/** Where the socket lies beside the events; null if the path is longer than a socket's may be. */
export function socketInRun(runFolder: string): string | null {
  const file = path.resolve(runFolder, SOCKET_FILE);
  return Buffer.byteLength(file) <= MAX_PATH_BYTES ? file : null;
}
