import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { visibleJson } from '../data/visible-json.ts';
import { addressFile, socketInRun } from './control-address.ts';
import { type ControlCommand, controlCommandSchema } from './control-command.ts';

const MAX_LINE_BYTES = 4096;
/** Clients at a time: dashboards, most of them one. */
const MAX_CLIENTS = 32;
/** Commands of a client that are answered at a time, then it waits: a flood must not keep the training from its work. */
const MAX_COMMANDS_AT_A_TIME = 16;
const PAUSE_MS = 50;

/** The channel by which a run is controlled; only its owner can reach it. */
export interface ControlServer {
  /** Path of the socket, or name of the pipe. */
  readonly address: string;
  close(): Promise<void>;
}

/**
 * Listens for commands to a run: one JSON object a line, answered by `{"ok":true}` or `{"ok":false,"error":"…"}`.
 *
 * The channel is a Unix socket with mode 0600 in the run folder. Where its path would be too long, or the file system
 * has no sockets, it lies in a private folder for temporary files. On Windows it is a named pipe with a random name.
 * `control.address` in the run folder names it, with mode 0600.
 *
 * What a client sends is read only as fast as it is answered, and answers only as fast as they are read: nothing piles up.
 */
export async function openControlServer(
  runFolder: string,
  obey: (command: ControlCommand) => void,
): Promise<ControlServer> {
  const connections = new Set<Socket>();
  const server = createServer((socket) => {
    connections.add(socket);
    socket.on('close', () => connections.delete(socket));
    serve(socket, obey);
  });
  server.maxConnections = MAX_CLIENTS;
  // A training ends when it is done, whoever is connected.
  server.unref();
  const { address, temporaryFolder } = await listenSomewhere(server, runFolder);
  const file = addressFile(runFolder);
  await rm(file, { force: true });
  await writeFile(file, `${address}\n`, { mode: 0o600 });
  return {
    address,
    close: async () => {
      for (const socket of connections) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
      await rm(file, { force: true });
      if (temporaryFolder !== null) await rm(temporaryFolder, { recursive: true, force: true });
    },
  };
}

async function listenSomewhere(
  server: Server,
  runFolder: string,
): Promise<{ address: string; temporaryFolder: string | null }> {
  if (process.platform === 'win32') {
    const address = `\\\\.\\pipe\\instagan-${randomUUID()}`;
    await listen(server, address);
    return { address, temporaryFolder: null };
  }
  const own = socketInRun(runFolder);
  if (own !== null) {
    try {
      // The run is locked: a socket that is there already belongs to a process that is gone.
      await rm(own, { force: true });
      await listen(server, own);
      return { address: own, temporaryFolder: null };
    } catch {
      // A file system without sockets.
    }
  }
  const temporaryFolder = await mkdtemp(path.join(tmpdir(), 'instagan-'));
  const address = path.join(temporaryFolder, 'control');
  await listen(server, address);
  return { address, temporaryFolder };
}

/** The socket never exists with other rights than its owner's: it is bound within this call of `listen`. */
async function listen(server: Server, address: string): Promise<void> {
  const isFile = process.platform !== 'win32';
  const listening = new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    const mask = isFile ? process.umask(0o177) : 0;
    try {
      server.listen(address, () => {
        server.off('error', reject);
        resolve();
      });
    } finally {
      if (isFile) process.umask(mask);
    }
  });
  await listening;
  if (isFile) await chmod(address, 0o600);
}

function serve(socket: Socket, obey: (command: ControlCommand) => void): void {
  let pending = '';
  socket.setEncoding('utf8');
  socket.on('error', () => socket.destroy());
  socket.on('data', (text: string) => {
    pending += text;
    socket.pause();
    answer();
  });
  /** Answers some of the lines that are there, and reads on when there are none left. */
  const answer = () => {
    if (socket.destroyed) return;
    let isTaken = true;
    for (let answered = 0; answered < MAX_COMMANDS_AT_A_TIME && isTaken; answered++) {
      const end = pending.indexOf('\n');
      if ((end === -1 ? pending.length : end) > MAX_LINE_BYTES) socket.destroy();
      if (socket.destroyed) return;
      if (end === -1) {
        socket.resume();
        return;
      }
      isTaken = socket.write(`${visibleJson(JSON.stringify(answerTo(pending.slice(0, end), obey)))}\n`);
      pending = pending.slice(end + 1);
    }
    if (isTaken) setTimeout(answer, PAUSE_MS).unref();
    else socket.once('drain', answer);
  };
}

function answerTo(line: string, obey: (command: ControlCommand) => void): { ok: true } | { ok: false; error: string } {
  let json: unknown;
  try {
    json = JSON.parse(line);
  } catch {
    return { ok: false, error: 'it is not JSON' };
  }
  const command = controlCommandSchema.safeParse(json);
  if (!command.success) {
    const faults = command.error.issues.map(({ path, message }) => `${path.join('.') || 'command'}: ${message}`);
    return { ok: false, error: faults.join('; ') };
  }
  obey(command.data);
  return { ok: true };
}
