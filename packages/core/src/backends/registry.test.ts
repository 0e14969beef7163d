import { existsSync } from 'node:fs';
import t from 'tap';
import type { BackendName } from './backend.ts';
import { openBackend } from './registry.ts';
import { describeInProcess, exercise, isError, NOTHING_INSTALLED } from './testing/run-exercise.ts';

/** Only the Vulkan driver of Linux can be hidden from a process. */
const skip = process.platform === 'linux' ? false : 'hides Vulkan drivers, so it runs on Linux only';

t.test(
  'a backend asked for by name that cannot open is an error with the fix, never another backend',
  { skip },
  async (t) => {
    const fixes: [name: string, message: RegExp][] = [
      ['webgpu', /^WebGPU finds no GPU: install .*driver/],
      ['node', /^INSTAGAN_TFJS_NODE names \/nonexistent, .* \S*scripts\/build-tfjs-node\.sh/],
    ];
    for (const [name, message] of fixes) {
      const result = await exercise(name, {}, NOTHING_INSTALLED);
      if (!isError(result)) {
        t.fail(`${name} opened ${result.device}`);
        return;
      }
      t.equal(result.error, 'UserError');
      t.match(result.message, message);
      t.notMatch(result.message, '\n', 'one sentence');
      const script = /\S+\.sh/.exec(result.message)?.[0];
      if (name === 'node') t.ok(existsSync(script ?? ''), `the script to run is there: ${script}`);
    }
  },
);

t.test('auto says what it passed by and why', { skip }, async (t) => {
  const result = await exercise('auto', {}, NOTHING_INSTALLED);
  if (isError(result)) {
    t.fail(result.message);
    return;
  }
  t.equal(result.name, 'wasm', 'the best without a GPU');
  t.match(result.reason, /webgpu: no GPU adapter; node-gpu: /);
});

t.test('auto never takes an emulated GPU: it would train a hundred times slower than wasm', async (t) => {
  const webgpu = (await describeInProcess()).find(({ name }) => name === 'webgpu');
  if (!webgpu?.opens || !webgpu.software) {
    t.pass('rule of choice', { skip: 'no software adapter here' });
    return;
  }
  const result = await exercise('auto');
  if (isError(result)) {
    t.fail(result.message);
    return;
  }
  t.not(result.name, 'webgpu');
  t.match(result.reason, 'webgpu: only a software adapter');
});

t.test('describeBackends has a fix for whatever does not open', { skip }, async (t) => {
  const descriptions = await describeInProcess(NOTHING_INSTALLED);
  for (const description of descriptions) {
    const opens = description.name === 'wasm' || description.name === 'cpu';
    t.equal(description.opens, opens, description.name);
    if (!description.opens) t.match(description.fix, /: |, or /, `${description.name}: ${description.fix}`);
  }
});

t.test('an adapter can be chosen by number or name, and a wrong one is answered with the list', async (t) => {
  const first = await exercise('webgpu', { adapter: 0 });
  if (isError(first)) {
    t.pass('choice of an adapter', { skip: first.message });
    return;
  }
  const name = first.device.replace(/ \(software\)$/, '');
  const byName = await exercise('webgpu', { adapter: name.split(/[ :]/)[0]!.toUpperCase() });
  t.match(byName, { device: first.device });
  const wrong = await exercise('webgpu', { adapter: 'no such adapter' });
  t.match(wrong, { error: 'UserError', message: /"no such adapter": choose --adapter from 0 \(/ });
  t.match(await exercise('webgpu', { adapter: 99 }), { error: 'UserError', message: /"99"/ });
});

t.test('wrong use is told from what is missing, so that the command can exit with 2', async (t) => {
  await t.rejects(openBackend('cuda' as BackendName), {
    name: 'UsageError',
    message: 'There is no backend "cuda": use auto, webgpu, node-gpu, node, wasm, cpu.',
  });
  for (const threads of [0, 1.5, -1, Number.NaN]) {
    await t.rejects(openBackend('wasm', { threads }), { name: 'UsageError', message: /--threads/ }, String(threads));
  }
});
