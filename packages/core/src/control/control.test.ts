import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import t from 'tap';
import { addressFile } from './control-address.ts';
import { sendControl } from './control-client.ts';
import type { ControlCommand } from './control-command.ts';
import { openControlServer } from './control-server.ts';

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

t.test("what a killed training left behind is in nobody's way", async (t) => {
  const run = t.testdir({ 'control.socket': 'left behind', 'control.address': '/nonexistent/socket\n' });
  await t.rejects(sendControl(run, { command: 'pause' }), { message: /its training is gone/ });
  const server = await openControlServer(run, () => {});
  await sendControl(run, { command: 'pause' });
  await server.close();
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
