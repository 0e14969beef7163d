import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import t from 'tap';
import { listCheckpoints } from './checkpoint-folders.ts';
import { formatManifest, parseManifest } from './checkpoint-manifest.ts';
import { readCheckpoint, readNewestCheckpoint } from './checkpoint-reader.ts';
import { type CheckpointContent, cleanCheckpoints, pruneCheckpoints, writeCheckpoint } from './checkpoint-store.ts';

function content(value: number): CheckpointContent {
  const weights = { shape: [2, 2], data: new Float32Array([value, -0, 1e-40, 0.1]) };
  return {
    files: {
      'model.safetensors': new Map([['generatorAToB.x.weight', weights]]),
      'optimizer.safetensors': new Map([['count', { shape: [1], data: new Int32Array([value]) }]]),
    },
    manifest: { rng: [1, 2, 3], learningRate: 2e-4, nested: { b: null, a: 'x' } },
  };
}

const names = (run: string) => readdirSync(join(run, 'checkpoints')).sort();

t.test('a checkpoint comes back as it was written: resuming continues from the same bits', async (t) => {
  const run = t.testdir();
  const folder = await writeCheckpoint(run, 120, content(7));
  t.equal(folder, join(run, 'checkpoints', 'step-00000120'));
  const { checkpoint, warnings } = await readNewestCheckpoint(run);
  t.same(warnings, []);
  t.same(checkpoint?.step, 120);
  t.same(checkpoint?.state, content(7).manifest);
  const packageJson = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8'));
  t.equal(checkpoint?.packageVersion, packageJson.version);
  const weights = checkpoint?.files['model.safetensors']?.get('generatorAToB.x.weight')?.data;
  t.ok(weights?.every((value, i) => Object.is(value, new Float32Array([7, -0, 1e-40, 0.1])[i])));
  t.same(checkpoint?.files['optimizer.safetensors']?.get('count')?.data, new Int32Array([7]));
  t.same((await readCheckpoint(run, 120)).state, checkpoint?.state);
  await t.rejects(readCheckpoint(run, 5), /no checkpoint of step 5: choose one of those it has \(120\)/);
});

t.test('equal content gives equal bytes, whatever the order of its keys', async (t) => {
  const first = t.testdir({ a: {}, b: {} });
  const { files, manifest } = content(1);
  await writeCheckpoint(join(first, 'a'), 1, { files, manifest });
  await writeCheckpoint(join(first, 'b'), 1, {
    files: Object.fromEntries(Object.entries(files).reverse()),
    manifest: { nested: { a: 'x', b: null }, learningRate: 2e-4, rng: [1, 2, 3] },
  });
  for (const name of ['manifest.json', 'model.safetensors', 'optimizer.safetensors']) {
    const read = (run: string) => readFileSync(join(first, run, 'checkpoints/step-00000001', name));
    t.ok(read('a').equals(read('b')), name);
  }
});

t.test('a run without checkpoints has none, and that is no fault', async (t) => {
  const run = t.testdir();
  t.same(await readNewestCheckpoint(run), { checkpoint: null, warnings: [] });
  t.same(await listCheckpoints(run), []);
  t.same(await pruneCheckpoints(run, 3), []);
});

t.test('a damaged newest checkpoint falls back to the one before, with a warning', async (t) => {
  const damages: Record<string, (folder: string) => void> = {
    'model\\.safetensors has changed': (folder) => {
      const bytes = readFileSync(join(folder, 'model.safetensors'));
      bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
      writeFileSync(join(folder, 'model.safetensors'), bytes);
    },
    'model\\.safetensors has the wrong size': (folder) => writeFileSync(join(folder, 'model.safetensors'), 'x'),
    'optimizer\\.safetensors is missing': (folder) => rmSync(join(folder, 'optimizer.safetensors')),
    'manifest\\.json is missing': (folder) => rmSync(join(folder, 'manifest.json')),
    'manifest\\.json is not valid': (folder) => writeFileSync(join(folder, 'manifest.json'), '{"formatVersion":1}'),
    'manifest\\.json is of step 10': (folder) => {
      cpSync(join(folder, '../step-00000010/manifest.json'), join(folder, 'manifest.json'));
    },
  };
  for (const [reason, damage] of Object.entries(damages)) {
    const run = t.testdir();
    await writeCheckpoint(run, 10, content(1));
    damage(await writeCheckpoint(run, 20, content(2)));
    const { checkpoint, warnings } = await readNewestCheckpoint(run);
    t.equal(checkpoint?.step, 10, reason);
    t.match(warnings, [new RegExp(`step-00000020 is damaged \\(${reason}\\)`)]);
    await t.rejects(readCheckpoint(run, 20), new RegExp(reason));
  }
});

t.test(
  'one changed bit of a manifest is found, or changes nothing: no state is resumed that was not saved',
  async (t) => {
    const { files, manifest: state } = content(3);
    const text = formatManifest({
      step: 120,
      state,
      files: { [Object.keys(files)[0] as string]: { sha256: 'ab'.repeat(32), sizeBytes: 9 } },
    });
    const whole = parseManifest(text, 'manifest.json');
    t.equal(whole?.step, 120);
    const bytes = Buffer.from(text);
    let found = 0;
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = Buffer.from(bytes);
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      let read: unknown = null;
      try {
        read = parseManifest(new TextDecoder().decode(flipped), 'manifest.json');
      } catch (error) {
        if ((error as Error).name !== 'UserError') throw error;
      }
      if (read === null) found++;
      else if (!isDeepStrictEqual(read, whole)) t.fail(`bit ${bit} changes the state: ${flipped}`);
    }
    t.ok(found > 5 * bytes.length, `${found} of ${bytes.length * 8} bits`);
  },
);

t.test('manifests without a checksum, as older versions wrote them, are read', async (t) => {
  const { sha256: _, ...older } = JSON.parse(formatManifest({ step: 7, files: {}, state: { seed: 1 } }));
  t.match(parseManifest(JSON.stringify(older), 'manifest.json'), { step: 7, state: { seed: 1 } });
  for (const damaged of [
    { ...older, sha255: 'x' },
    { ...older, more: 1 },
  ]) {
    t.equal(parseManifest(JSON.stringify(damaged), 'manifest.json'), null, 'a checksum whose name has lost a bit');
  }
  for (const hostile of ['{"sha256":"","state":1e999}', `{"sha256":"","state":${'['.repeat(1e5)}${']'.repeat(1e5)}}`]) {
    t.equal(parseManifest(hostile, 'manifest.json'), null);
  }
});

t.test('a named pipe in the place of a file stops nobody', { skip: process.platform === 'win32' }, async (t) => {
  const run = t.testdir();
  await writeCheckpoint(run, 1, content(1));
  const file = join(await writeCheckpoint(run, 2, content(2)), 'model.safetensors');
  rmSync(file);
  execFileSync('mkfifo', [file]);
  const { checkpoint, warnings } = await readNewestCheckpoint(run);
  t.equal(checkpoint?.step, 1);
  t.match(warnings, [/step-00000002 is damaged \(model\.safetensors has the wrong size\)/]);
});

t.test('a manifest cannot point outside its folder', async (t) => {
  const run = t.testdir({ 'secret.safetensors': 'x' });
  const folder = await writeCheckpoint(run, 10, content(1));
  const manifest = readFileSync(join(folder, 'manifest.json'), 'utf8');
  writeFileSync(join(folder, 'manifest.json'), manifest.replace('model.safetensors', '../../secret.safetensors'));
  await t.rejects(readNewestCheckpoint(run), /none is whole/);
});

t.test('when every checkpoint is damaged the run does not silently start over', async (t) => {
  const run = t.testdir();
  const folder = await writeCheckpoint(run, 10, content(1));
  rmSync(join(folder, 'manifest.json'));
  await t.rejects(readNewestCheckpoint(run), {
    name: 'UserError',
    message: /1 checkpoint, and none is whole: restore/,
  });
  await writeCheckpoint(run, 20, content(1));
  rmSync(join(run, 'checkpoints/step-00000020/manifest.json'));
  t.same(await pruneCheckpoints(run, 1), [], 'and nothing of it is deleted');
});

t.test('a checkpoint of a later format is an error with the fix, not passed over', async (t) => {
  const run = t.testdir();
  await writeCheckpoint(run, 10, content(1));
  const folder = await writeCheckpoint(run, 20, content(2));
  const manifest = JSON.parse(readFileSync(join(folder, 'manifest.json'), 'utf8'));
  writeFileSync(
    join(folder, 'manifest.json'),
    JSON.stringify({ ...manifest, formatVersion: 2, packageVersion: '9.0.0' }),
  );
  await t.rejects(readNewestCheckpoint(run), { name: 'UserError', message: /instagan 9\.0\.0 .* update instagan/ });
});

t.test(
  'a kill while writing: the half-written checkpoint does not count and is removed by the next writer',
  async (t) => {
    const run = t.testdir();
    await writeCheckpoint(run, 10, content(1));
    const partial = join(run, 'checkpoints/.step-00000020.partial');
    mkdirSync(partial);
    writeFileSync(join(partial, 'model.safetensors'), 'half');
    t.equal((await readNewestCheckpoint(run)).checkpoint?.step, 10);
    t.ok(existsSync(partial), 'reading changes nothing: another process may be writing');
    await writeCheckpoint(run, 20, content(2));
    t.equal((await readNewestCheckpoint(run)).checkpoint?.step, 20);
    t.same(names(run), ['step-00000010', 'step-00000020']);
  },
);

t.test('a checkpoint that cannot be written leaves nothing behind: it would keep a full disk full', async (t) => {
  const run = t.testdir();
  await writeCheckpoint(run, 10, content(1));
  const files = { ...content(2).files, 'not a name': new Map() };
  await t.rejects(writeCheckpoint(run, 20, { ...content(2), files }), /named like/);
  t.same(names(run), ['step-00000010'], 'the files before the one that failed are gone');
});

t.test('a run folder that is gone is not made again', async (t) => {
  const run = join(t.testdir(), 'moved-away');
  await t.rejects(writeCheckpoint(run, 10, content(1)), { code: 'ENOENT' });
  t.notOk(existsSync(run));
});

t.test('a kill while replacing a step: the old checkpoint is put back', async (t) => {
  const run = t.testdir();
  const folder = await writeCheckpoint(run, 10, content(1));
  const replaced = join(run, 'checkpoints/.step-00000010.replaced');
  renameSync(folder, replaced);
  mkdirSync(join(run, 'checkpoints/.step-00000010.partial'));
  await cleanCheckpoints(run);
  t.same(names(run), ['step-00000010']);
  t.equal((await readNewestCheckpoint(run)).checkpoint?.step, 10);

  cpSync(folder, replaced, { recursive: true });
  await cleanCheckpoints(run);
  t.same(names(run), ['step-00000010'], 'once the new one has arrived the old one goes');
});

t.test('writing a step again replaces it', async (t) => {
  const run = t.testdir();
  await writeCheckpoint(run, 10, content(1));
  await writeCheckpoint(run, 10, content(5));
  const { checkpoint } = await readNewestCheckpoint(run);
  t.same(checkpoint?.files['optimizer.safetensors']?.get('count')?.data, new Int32Array([5]));
  t.same(names(run), ['step-00000010']);
});

t.test('pruning keeps the newest, and never deletes the newest whole one', async (t) => {
  const run = t.testdir();
  for (const step of [10, 20, 30, 40]) await writeCheckpoint(run, step, content(step));
  t.same(
    (await pruneCheckpoints(run, 3)).map((folder) => folder.slice(-2)),
    ['10'],
  );
  t.same(names(run), ['step-00000020', 'step-00000030', 'step-00000040']);
  for (const step of ['30', '40']) rmSync(join(run, `checkpoints/step-000000${step}/manifest.json`));
  await pruneCheckpoints(run, 1);
  t.same(names(run), ['step-00000020', 'step-00000040'], '20 is the newest whole one');
  mkdirSync(join(run, 'checkpoints/.step-00000010.deleted'));
  await cleanCheckpoints(run);
  t.same(names(run), ['step-00000020', 'step-00000040'], 'a half-deleted one is removed');
  await t.rejects(pruneCheckpoints(run, 0), /At least 1/);
});

t.test('the best checkpoint and those of every so many steps stay however old they are', async (t) => {
  const run = t.testdir();
  for (const step of [10, 20, 30, 40, 50, 60]) {
    await writeCheckpoint(run, step, content(step));
    await pruneCheckpoints(run, 1, { best: 20, every: 30 });
  }
  t.same(names(run), ['step-00000020', 'step-00000030', 'step-00000060']);
});

t.test('what cannot be written well is refused, not written wrong', async (t) => {
  const run = t.testdir();
  const { files, manifest } = content(1);
  await t.rejects(writeCheckpoint(run, 1.5, { files, manifest }), /step must be 0 to 99999999/);
  await t.rejects(writeCheckpoint(run, 1e8, { files, manifest }), /step must be/);
  await t.rejects(writeCheckpoint(run, 1, { files, manifest: { loss: NaN } }), /\$\.state\.loss is NaN/);
  const outside = { '../model.safetensors': new Map() };
  await t.rejects(writeCheckpoint(run, 1, { files: outside, manifest }), /named like model\.safetensors/);
  t.same((await readNewestCheckpoint(run)).checkpoint, null);
});

t.test(
  'a writer killed at any instant leaves whole checkpoints, and the run goes on',
  { timeout: 60_000 },
  async (t) => {
    const run = t.testdir();
    let first = 1;
    for (const delayMs of [0, 7, 23]) {
      const start = join(import.meta.dirname, '../../../../scripts/start.js');
      const script = join(import.meta.dirname, 'test-support/write-checkpoints.ts');
      const writer = spawn(process.execPath, [start, script, run, String(first)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      await once(writer.stdout, 'data');
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      writer.kill('SIGKILL');
      await once(writer, 'exit');
      const { checkpoint, warnings } = await readNewestCheckpoint(run);
      t.same(warnings, [], 'no checkpoint is damaged');
      const data = checkpoint?.files['model.safetensors']?.get('w')?.data;
      t.ok(checkpoint !== null && checkpoint.step >= first && data?.every((value) => value === checkpoint.step));
      first = (checkpoint?.step ?? 0) + 1;
    }
  },
);
