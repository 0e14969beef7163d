import { execFileSync } from 'node:child_process';
import t, { type Test } from 'tap';
import { BACKEND_NAMES, type BackendOptions } from './backend.ts';
import type { ExerciseReport } from './testing/exercise.ts';
import { referenceConvolution, referenceMatMul } from './testing/reference.ts';
import { describeInProcess, exercise, isError } from './testing/run-exercise.ts';

const expected = { convolution: referenceConvolution(), ...referenceMatMul() };

/** Largest distance; infinite when the lengths differ or a value is not a number. */
function distance(actual: number[], wanted: number[]): number {
  if (actual.length !== wanted.length) return Number.POSITIVE_INFINITY;
  const largest = actual.reduce((most, value, index) => Math.max(most, Math.abs(value - wanted[index]!)), 0);
  return Number.isNaN(largest) ? Number.POSITIVE_INFINITY : largest;
}

function checkReport(t: Test, report: ExerciseReport, tfjsName: string): void {
  t.equal(report.tfjsName, tfjsName, 'tensors live on the backend that was asked for');
  t.ok(distance(report.convolution, expected.convolution) < 1e-4, 'convolution');
  t.ok(distance(report.product, expected.product) < 1e-4, 'matMul');
  t.ok(distance(report.gradient, expected.gradient) < 1e-4, 'gradient');
  t.equal(report.tensorsLeft, 0, 'no tensor is left');
  t.not(report.device, '', 'says what computes');
}

/** Reports on Node, each made once. */
const reports = new Map<string, ReturnType<typeof exercise>>();
function reportOf(name: string, options: BackendOptions): ReturnType<typeof exercise> {
  const key = JSON.stringify([name, options]);
  const report = reports.get(key) ?? exercise(name, options);
  reports.set(key, report);
  return report;
}

const cases: [name: string, options: BackendOptions][] = [
  ['cpu', {}],
  ['wasm', { threads: 1 }],
  ['wasm', { threads: 2 }],
  ['node', {}],
  ['node-gpu', {}],
  ['webgpu', {}],
];

t.test('a backend that opens computes right, closes, and lets the process end', async (t) => {
  for (const [name, options] of cases) {
    await t.test(`${name} ${JSON.stringify(options)}`, async (t) => {
      const report = await reportOf(name, options);
      if (isError(report)) {
        t.pass(`does not open here`, { skip: report.message });
        return;
      }
      checkReport(t, report, name.startsWith('node') ? 'tensorflow' : name);
      t.equal(report.name, name);
      t.equal(report.reason, undefined, 'a backend asked for by name needs no reason');
    });
  }
});

t.test('wasm runs on as many threads as asked for, and shows its memory', async (t) => {
  for (const threads of [1, 2]) {
    const report = await reportOf('wasm', { threads });
    if (isError(report)) {
      t.fail(report.message);
      return;
    }
    t.equal(report.threads, threads);
    t.match(report.device, `${threads} thread`);
    t.equal(report.features.includes('threads'), threads > 1);
    t.equal(report.sharedMemory, threads > 1);
    t.strictSame(report.productInMemory, report.product, 'our own kernels would read the tensors of TensorFlow.js');
    t.strictSame(report.log, [], 'nothing to report');
    t.ok(report.ownKernels, 'the fast kernels are in use: without them training is several times slower');
  }
});

t.test('a kernel of our own can be left out, to compare with stock ops', async (t) => {
  const report = await exercise('wasm', { stockKernels: ['InstanceNorm'] });
  t.match(report, { ownKernels: false });
});

t.test('what describeBackends says is what opening finds', async (t) => {
  const descriptions = await describeInProcess();
  t.strictSame(
    descriptions.map(({ name }) => name),
    BACKEND_NAMES,
  );
  for (const description of descriptions) {
    const report = await reportOf(description.name, {});
    t.equal(description.opens, !isError(report), `${description.name} opens`);
    if (description.opens && !isError(report)) {
      t.equal(description.device, report.device);
      t.equal(description.threads, report.threads);
      t.strictSame(description.features, report.features);
      t.equal(description.software, report.software);
    } else if (!description.opens && isError(report)) {
      t.equal(description.fix, report.message);
    }
  }
});

for (const [runtime, args] of [
  ['bun', []],
  ['deno', ['run', '--allow-all']],
] as const) {
  const command = commandOf(runtime);
  t.test(
    `${runtime} opens the same backends`,
    { skip: !command && `there is no ${runtime} on the PATH` },
    async (t) => {
      for (const [name, options] of cases) {
        const report = await exercise(name, options, {}, { command: command!, args });
        if (isError(report)) {
          t.match(await reportOf(name, options), { error: 'UserError' }, `${name} opens on neither`);
          continue;
        }
        checkReport(t, report, name.startsWith('node') ? 'tensorflow' : name);
        if (name === 'wasm') t.equal(report.threads, options.threads);
      }
    },
  );
}

/** INSTAGAN_BUN or INSTAGAN_DENO may name the program; else it is looked for on the PATH. */
function commandOf(runtime: 'bun' | 'deno'): string | undefined {
  const command = process.env[`INSTAGAN_${runtime.toUpperCase()}`] ?? runtime;
  try {
    execFileSync(command, ['--version'], { stdio: 'ignore' });
    return command;
  } catch {
    return undefined;
  }
}
