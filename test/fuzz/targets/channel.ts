import { mkdirSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import path from 'node:path';
import { type ControlServer, openControlServer, sendControl } from '@instagan/core/control';
import { type FuzzPlace, type FuzzTarget, textOf } from '../fuzz-target.ts';

const encoder = new TextEncoder();
const COMMANDS = [
  { command: 'pause' },
  { command: 'resume' },
  { command: 'learning-rate', generator: 1e-4, discriminator: 2e-4 },
  { command: 'checkpoint' },
];

/** Lines of an input that are sent. After sixteen a client waits: a flood has a test of its own, and here it would be all that takes time. */
const MAX_LINES = 15;

let server: Promise<ControlServer> | undefined;
let obeyed = 0;

/** What a client sends to a running training. */
export const commands: FuzzTarget = {
  name: 'control-commands',
  kind: 'json-lines',
  words: ['command', 'pause', 'stop', 'sample', 'generator', 'discriminator', 'stop-after-epoch'],
  seeds: async () => [encoder.encode(COMMANDS.map((command) => `${JSON.stringify(command)}\n`).join(''))],
  read: async (input, place) => {
    server ??= openControlServer(place.folder, ({ command }) => {
      if (!/^[a-z-]{4,16}$/.test(command)) throw new Error(`It obeys ${command}.`);
      obeyed++;
    });
    const { address } = await server;
    const answer = await answerTo(address, firstLines(input));
    const before = obeyed;
    await sendControl(place.folder, { command: 'pause' });
    if (obeyed !== before + 1) throw new Error('It does not obey any more.');
    return [answer];
  },
};

function firstLines(input: Uint8Array): Uint8Array {
  let end = 0;
  for (let line = 0; line < MAX_LINES; line++) {
    const next = input.indexOf(0x0a, end);
    if (next === -1) return input;
    end = next + 1;
  }
  return input.subarray(0, end);
}

function answerTo(address: string, input: Uint8Array): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(address);
    let answer = '';
    socket.setEncoding('utf8').on('data', (text: string) => {
      answer += text;
    });
    socket.on('error', () => {}).on('close', () => resolve(answer));
    socket.end(input);
  });
}

let liar: Promise<Server> | undefined;
let lie: Uint8Array = new Uint8Array(0);

/** What a server that is no training answers to a command. */
export const answers: FuzzTarget = {
  name: 'control-answers',
  kind: 'json-lines',
  words: ['ok', 'error', 'true', 'false'],
  seeds: async () => [encoder.encode('{"ok":true}\n'), encoder.encode('{"ok":false,"error":"it is not JSON"}\n')],
  read: async (input, place) => {
    lie = input;
    liar ??= openLiar(place);
    await liar;
    try {
      await sendControl(path.join(place.folder, 'liar'), { command: 'pause' });
    } catch (error) {
      // A refusal is one, and what it says goes through `print`, as all messages do.
      if (!(error instanceof Error) || error.name !== 'UserError' || textOf(input).trim() !== '{"ok":true}')
        throw error;
    }
    return [];
  },
};

function openLiar({ folder }: FuzzPlace): Promise<Server> {
  const run = path.join(folder, 'liar');
  mkdirSync(run, { recursive: true });
  const socket = path.join(run, 'lies');
  const opened = createServer((client) => {
    client.on('error', () => {}).on('data', () => client.end(lie));
  });
  opened.unref();
  writeFileSync(path.join(run, 'control.address'), `${socket}\n`);
  return new Promise((resolve) => opened.listen(socket, () => resolve(opened)));
}
