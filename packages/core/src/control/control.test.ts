import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { addressFile } from './control-address.ts';
import { sendControl } from './control-client.ts';
import type { ControlCommand } from './control-command.ts';
import { openControlServer } from './control-server.ts';
import { TrainingControl } from './training-control.ts';

const isWindows = process.platform === 'win32';

t.test('commands reach the training in order, and nonsense does not', async (t) => {
  const run = t.testdir();
  const obeyed: ControlCommand[] = [];
  const server = await openControlServer(run, (command) => obeyed.push(command));
  const rates = { command: 'learning-rate', generator: 1e-4, discriminator: 2e-4 } as const;
  await sendControl(run, { command: 'pause' });
  await sendControl(run, rates);
  t.same(obeyed, [{ command: 'pause' }, rates]);
  for (const wrong of [{ command: 'reboot' }, { ...rates, generator: -1 }, { command: 'pause', extra: 1 }]) {
    await t.rejects(sendControl(run, wrong as ControlCommand), { name: 'UserError', message: /cannot be controlled/ });
  }
  t.equal(obeyed.length, 2);
  await server.close();
  await t.rejects(sendControl(run, { command: 'pause' }), { name: 'UserError', message: /not being trained/ });
});

t.test('only the owner can reach a run', { skip: isWindows && 'rights are those of the pipe' }, async (t) => {
  const run = t.testdir();
  const mask = process.umask(0);
  const server = await openControlServer(run, () => {}).finally(() => process.umask(mask));
  t.equal(statSync(server.address).mode & 0o777, 0o600, 'the socket');
  t.equal(statSync(addressFile(run)).mode & 0o777, 0o600, 'the file that names it');
  await server.close();
});

t.test(
  'a run in a deep folder is controlled by a socket elsewhere',
  { skip: isWindows && 'pipes have short names' },
  async (t) => {
    const run = path.join(t.testdir(), 'deep'.repeat(20), 'deeper'.repeat(20));
    mkdirSync(run, { recursive: true });
    const obeyed: string[] = [];
    const server = await openControlServer(run, ({ command }) => obeyed.push(command));
    t.notOk(server.address.startsWith(run));
    t.equal(statSync(path.dirname(server.address)).mode & 0o777, 0o700, 'in a folder that nobody else may enter');
    await sendControl(run, { command: 'sample' });
    t.same(obeyed, ['sample']);
    await server.close();
    t.throws(() => statSync(path.dirname(server.address)), 'the folder is gone');
  },
);

t.test('an address that is none is named, and no port of the machine is asked', async (t) => {
  const run = t.testdir();
  const asked: string[] = [];
  const port = createServer((socket) => {
    asked.push('a connection');
    socket.destroy();
  });
  await new Promise<void>((resolve) => port.listen(0, '127.0.0.1', resolve));
  const { port: number } = port.address() as AddressInfo;
  for (const address of ['', 'a\0b', '70000', `${number}`, 'x'.repeat(5000)]) {
    writeFileSync(addressFile(run), address);
    await t.rejects(sendControl(run, { command: 'pause' }), { name: 'UserError', message: /cannot be controlled/ });
  }
  await new Promise((resolve) => port.close(resolve));
  t.same(asked, []);
});

t.test('what answers and is no training is named', { skip: isWindows && 'sockets have no paths' }, async (t) => {
  const run = t.testdir();
  const folder = mkdtempSync(path.join(tmpdir(), 'instagan-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  for (const [i, answer] of ['hello\n', '{"ok":1}\n', 'x'.repeat(100_000)].entries()) {
    // Paths of sockets are short.
    const socket = path.join(folder, `other-${i}`);
    const other = createServer((client) => client.on('error', () => {}).on('data', () => client.end(answer)));
    await new Promise<void>((resolve) => other.listen(socket, resolve));
    writeFileSync(addressFile(run), socket);
    await t.rejects(sendControl(run, { command: 'pause' }), {
      name: 'UserError',
      message: /other-\d is no training\.$/,
    });
    await new Promise((resolve) => other.close(resolve));
  }
});

t.test("what a killed training left behind is in nobody's way", async (t) => {
  const run = t.testdir({ 'control.socket': 'left behind', 'control.address': '/nonexistent/socket\n' });
  await t.rejects(sendControl(run, { command: 'pause' }), { message: /its training is gone/ });
  const server = await openControlServer(run, () => {});
  await sendControl(run, { command: 'pause' });
  await server.close();
});

t.test('a client that sends and never reads is not waited for, and takes neither memory nor time', async (t) => {
  const run = t.testdir();
  const control = new TrainingControl();
  let obeyed = 0;
  const server = await openControlServer(run, (command) => {
    obeyed++;
    control.send(command);
  });
  const flooding = connect(readFileSync(addressFile(run), 'utf8').trim());
  flooding.on('error', () => {});
  flooding.pause();
  const block = Buffer.from(`${JSON.stringify({ command: 'checkpoint' })}\n`.repeat(40_000));
  for (let i = 0; i < 20; i++) flooding.write(block);
  const busy = performance.eventLoopUtilization();
  await delay(500);
  t.ok(obeyed > 0 && obeyed < 1000, `${obeyed} commands taken in half a second`);
  t.ok(flooding.writableLength > 10 * block.length, 'the rest waits on the side of who sent it');
  t.ok(performance.eventLoopUtilization(busy).utilization < 0.7, 'there is time for the training');
  await sendControl(run, { command: 'pause' });
  const waiting = [control.take(), control.take(), control.take()];
  // The flood goes on around the other client's command: which of the two waits longer depends on the moment.
  t.same(waiting.map((each) => each?.command).sort(), ['checkpoint', 'pause', undefined]);
  flooding.destroy();
  await server.close();
});

t.test('a client that sends many commands at once gets an answer to each', async (t) => {
  const run = t.testdir();
  const obeyed: string[] = [];
  const server = await openControlServer(run, ({ command }) => obeyed.push(command));
  const socket = connect(readFileSync(addressFile(run), 'utf8').trim());
  const sent = Array.from({ length: 50 }, (_, i) => (i % 2 ? 'sample' : 'pause'));
  socket.write(sent.map((command) => `${JSON.stringify({ command })}\n`).join(''));
  let answers = '';
  for await (const part of socket) {
    answers += part;
    if (answers.split('\n').length > sent.length) break;
  }
  t.equal(answers, '{"ok":true}\n'.repeat(sent.length));
  t.same(obeyed, sent);
  await server.close();
});

t.test('commands that repeat between two steps are merged', (t) => {
  const control = new TrainingControl();
  const rates = (generator: number) => ({ command: 'learning-rate', generator, discriminator: 1e-4 }) as const;
  for (let i = 0; i < 20_000; i++) control.send({ command: 'checkpoint' });
  for (const command of ['pause', 'resume', 'stop', 'pause'] as const) control.send({ command });
  control.send(rates(1e-4));
  control.send(rates(2e-4));
  const taken = Array.from({ length: 6 }, () => control.take());
  const left = ['checkpoint', 'resume', 'stop', 'pause'].map((command) => ({ command }));
  t.same(taken, [...left, rates(2e-4), undefined], 'and the last of each name counts');
  t.end();
});

t.test('a flood without an end of line is cut off', async (t) => {
  const run = t.testdir();
  const server = await openControlServer(run, () => {});
  const socket = connect(readFileSync(addressFile(run), 'utf8').trim());
  const closed = new Promise((resolve) => socket.on('close', resolve));
  socket.on('error', () => {});
  socket.write('x'.repeat(100_000));
  t.equal(await Promise.race([closed.then(() => 'closed'), delay(5000, 'open', { ref: false })]), 'closed');
  writeFileSync(path.join(run, 'still-here'), '');
  await sendControl(run, { command: 'resume' });
  await server.close();
});
