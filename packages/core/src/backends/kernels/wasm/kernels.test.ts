import { execFile } from 'node:child_process';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import t, { type Test } from 'tap';
import { adamRates } from '../../../ops/adam.ts';
import { floats, relativeError, sameBits, values } from '../../testing/convolution-case.ts';
import { wasmBackend, wasmMemory, wasmModule } from '../../wasm.ts';
import { KernelRunner, KernelTensors } from './module/kernel-runner.ts';
import { reflectPad } from './ops/reflect-pad-kernels.ts';
import { registerWasmKernels, WASM_KERNEL_NAMES, type WasmKernelOptions } from './register-wasm-kernels.ts';

type Shape = [number, number, number, number];

const run = (name: string, inputs: tf.NamedTensorMap, attributes: object): tf.Tensor[] => {
  const outputs = tf.engine().runKernel(name, inputs, attributes as tf.NamedAttrMap);
  return Array.isArray(outputs) ? outputs : [outputs];
};
const sizeOf = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const make = (shape: readonly number[], seed: number, shift = 0) =>
  tf.tensor(values(sizeOf(shape), seed, shift), [...shape]);

async function withKernels(threads: number, use: () => void, options: WasmKernelOptions = {}): Promise<void> {
  const backend = await wasmBackend.open({ threads, stockKernels: WASM_KERNEL_NAMES });
  const kernels = registerWasmKernels({ memory: wasmMemory(), module: wasmModule(), threads }, options);
  try {
    use();
  } finally {
    kernels.close();
    await backend.close();
  }
}

/** Runs `compute` with one thread and with two: `check` sees the first results, and the second must equal them. */
async function onOneAndTwoThreads(
  t: Test,
  compute: () => Float32Array[],
  check: (results: Float32Array[]) => void,
): Promise<void> {
  // Handed out of `tidy`, arrays would be searched for tensors value by value.
  const results = (): Float32Array[] => {
    let arrays: Float32Array[] = [];
    tf.tidy(() => {
      arrays = compute();
    });
    return arrays;
  };
  let one: Float32Array[] = [];
  await withKernels(1, () => {
    one = results();
    check(one);
  });
  await withKernels(2, () => t.ok(sameBits(results(), one), 'two threads give the bits of one'));
}
const SHAPES: Shape[] = [
  [2, 64, 64, 16],
  [3, 16, 16, 64],
  [1, 7, 5, 3],
  [2, 9, 4, 6],
  [1, 3, 2, 1],
  [2, 1, 1, 8],
];

const ACTIVATIONS = [
  { activation: 'none', slope: 0, below: 1 },
  { activation: 'relu', slope: 0, below: 0 },
  { activation: 'leakyRelu', slope: 0.2, below: 0.2 },
] as const;

/** Mean and inverse deviation in float64 of each sample and channel, `[samples, channels]`. */
function statistics(x: Float32Array, [samples, height, width, channels]: Shape, epsilon: number) {
  const mean = new Float64Array(samples * channels);
  const inverse = new Float64Array(samples * channels);
  const pixels = height * width;
  for (let n = 0; n < samples; n++)
    for (let c = 0; c < channels; c++) {
      const at = (i: number) => x[(n * pixels + i) * channels + c]!;
      const pixelIndices = Array.from({ length: pixels }, (_, i) => i);
      const average = pixelIndices.reduce((sum, i) => sum + at(i), 0) / pixels;
      const variance = pixelIndices.reduce((sum, i) => sum + (at(i) - average) ** 2, 0) / pixels;
      mean[n * channels + c] = average;
      inverse[n * channels + c] = 1 / Math.sqrt(variance + epsilon);
    }
  return { mean, inverse };
}

t.test('instance norm: sums that lose digits would make weight gradients wrong by percents', async (t) => {
  const epsilon = 1e-5;
  for (const shape of SHAPES) {
    const [, height, width, channels] = shape;
    const entry = (i: number) => Math.floor(i / (height * width * channels)) * channels + (i % channels);
    for (const { activation, slope, below } of ACTIVATIONS) {
      // A mean far from 0 is what sequential float32 sums get wrong.
      const x = () => make(shape, 1, 3);
      const label = `${activation} ${shape}`;
      await onOneAndTwoThreads(
        t,
        () => {
          const input = x();
          const [y, mean, inverseDeviation] = run('InstanceNorm', { x: input }, { epsilon, activation, slope });
          const residual = make(shape, 5);
          const [added] = run('InstanceNorm', { x: input, residual }, { epsilon, activation, slope });
          const inputs = { dy: make(shape, 2), x: input, mean: mean!, inverseDeviation: inverseDeviation! };
          const [dx] = run('InstanceNormGradient', inputs, { activation, slope });
          return [y!, mean!, inverseDeviation!, added!, dx!].map(floats);
        },
        ([y, mean, inverse, added, dx]) => {
          const xs = values(sizeOf(shape), 1, 3);
          const dys = values(sizeOf(shape), 2);
          const residual = values(sizeOf(shape), 5);
          const expected = statistics(xs, shape, epsilon);
          const normal = Float64Array.from(xs, (v, i) => (v - expected.mean[entry(i)]!) * expected.inverse[entry(i)]!);
          const active = normal.map((v) => (v > 0 ? v : v * below));
          t.ok(relativeError(mean!, expected.mean) < 2e-7, `mean ${label}`);
          t.ok(relativeError(inverse!, expected.inverse) < 2e-7, `inverse deviation ${label}`);
          t.ok(relativeError(y!, active) < 2e-6, `y ${label}`);
          const sums = active.map((v, i) => v + residual[i]!);
          t.ok(relativeError(added!, sums) < 2e-6, `y with residual ${label}`);

          const dNormal = Float64Array.from(dys, (v, i) => (normal[i]! > 0 ? v : v * below));
          const meanOf = (terms: Float64Array) => {
            const means = new Float64Array(expected.mean.length);
            for (const [i, v] of terms.entries()) means[entry(i)]! += v / (height * width);
            return means;
          };
          const meanGradient = meanOf(dNormal);
          const meanAlong = meanOf(dNormal.map((v, i) => v * normal[i]!));
          const gradient = dNormal.map(
            (v, i) => expected.inverse[entry(i)]! * (v - meanGradient[entry(i)]! - normal[i]! * meanAlong[entry(i)]!),
          );
          t.ok(height * width === 1 || relativeError(dx!, gradient) < 4e-6, `dx ${label}`);
          t.ok(height * width > 1 || dx!.every((v) => v === 0), `dx of single pixels ${label}`);
        },
      );
    }
  }
});

t.test('reflection: a wrong border shows as a frame around every picture', async (t) => {
  for (const [shape, pad] of [
    [[2, 16, 16, 64], 1],
    [[1, 64, 64, 3], 3],
    [[2, 5, 4, 1], 3],
    [[1, 2, 2, 5], 1],
    [[3, 3, 7, 6], 2],
    [[1, 4, 4, 4], 0],
  ] as [Shape, number][]) {
    const [samples, height, width, channels] = shape;
    const padded: Shape = [samples, height + 2 * pad, width + 2 * pad, channels];
    const reflect = (i: number, size: number) => (i < 0 ? -i : i >= size ? 2 * (size - 1) - i : i);
    const source = (i: number) => {
      const c = i % channels;
      const x = reflect((Math.floor(i / channels) % padded[2]) - pad, width);
      const y = reflect((Math.floor(i / channels / padded[2]) % padded[1]) - pad, height);
      const n = Math.floor(i / channels / padded[2] / padded[1]);
      return ((n * height + y) * width + x) * channels + c;
    };
    await onOneAndTwoThreads(
      t,
      () => [
        floats(run('ReflectPad', { x: make(shape, 1) }, { pad })[0]!),
        floats(run('ReflectPadGradient', { dy: make(padded, 2) }, { pad })[0]!),
      ],
      ([y, dx]) => {
        const xs = values(sizeOf(shape), 1);
        t.ok(
          y!.every((v, i) => v === xs[source(i)]),
          `y ${shape} ${pad}`,
        );
        const expected = new Float64Array(sizeOf(shape));
        for (const [i, v] of values(sizeOf(padded), 2).entries()) expected[source(i)]! += v;
        t.ok(relativeError(dx!, expected) < 1e-6, `dx ${shape} ${pad}`);
      },
    );
  }
});

t.test('Adam: a wrong update trains to something else', async (t) => {
  const [beta1, beta2, epsilon, learningRate, step] = [0.5, 0.999, 1e-8, 2e-4, 7];
  for (const size of [1, 5, 16_384, 50_003]) {
    await onOneAndTwoThreads(
      t,
      () => {
        const parameter = make([size], 1);
        const v = tf.square(make([size], 4));
        const rates = adamRates(learningRate, { beta1, beta2 }, step);
        const inputs = { parameters: [parameter], gradients: [make([size], 2)], m: [make([size], 3)], v: [v], rates };
        const outputs = run('AdamUpdate', inputs as unknown as tf.NamedTensorMap, { beta1, beta2, epsilon });
        return [...outputs, parameter, v].map(floats);
      },
      ([parameter, m, v, oldParameter, oldV]) => {
        const before = values(size, 1);
        const gradient = values(size, 2);
        const newM = Float64Array.from(values(size, 3), (value, i) => beta1 * value + (1 - beta1) * gradient[i]!);
        const newV = Float64Array.from(oldV!, (value, i) => beta2 * value + (1 - beta2) * gradient[i]! ** 2);
        const change = newM.map(
          (value, i) =>
            ((learningRate / (1 - beta1 ** step)) * value) /
            (Math.sqrt(newV[i]!) / Math.sqrt(1 - beta2 ** step) + epsilon),
        );
        t.ok(relativeError(m!, newM) < 1e-6, `m ${size}`);
        t.ok(relativeError(v!, newV) < 1e-6, `v ${size}`);
        // A sum of numbers around 1 keeps 6e-8 of them, whatever the change.
        const updated = change.map((value, i) => before[i]! - value);
        t.ok(
          parameter!.every((value, i) => Math.abs(value - updated[i]!) < 1.3e-7 + 1e-6 * Math.abs(change[i]!)),
          `parameter ${size}`,
        );
        t.same(oldParameter, before, 'the parameter that went in is unchanged');
      },
    );
  }
});

t.test('sums that lose digits would make losses and bias gradients drift', async (t) => {
  const cases: [number[], number | number[], boolean][] = [
    [[2048, 256], 0, false],
    [[2048, 37], 1, true],
    [[2, 9, 7, 5], [1, 2], true],
    [[2, 9, 7, 12], [0, 1, 2], false],
    [[3, 5, 7], [0, 2], false],
    [[300_001], [], false],
    [[1, 4, 1, 6], [1, 2, 3], false],
    [[4, 1, 6], [-2], true],
    [[5], 0, true],
  ];
  await onOneAndTwoThreads(
    t,
    () =>
      cases.flatMap(([shape, axis, keepDims]) => {
        const x = make(shape, 1, 3);
        const attributes = { axis: typeof axis === 'number' ? [axis] : axis, keepDims };
        return ['Sum', 'Mean'].map((name) => floats(run(name, { x }, attributes)[0]!));
      }),
    (results) => {
      for (const [n, [shape, axis, keepDims]] of cases.entries()) {
        const x = make(shape, 1, 3);
        const axes = Array.isArray(axis) && axis.length === 0 ? undefined : axis;
        const label = `${shape} along ${axis}`;
        t.same(run('Sum', { x }, { axis, keepDims })[0]!.shape, tf.sum(x, axes, keepDims).shape, `shape of ${label}`);
        const reduced = new Set([axis].flat().map((a) => (a < 0 ? a + shape.length : a)));
        const strides = shape.map((_, a): number => (axes !== undefined && !reduced.has(a) ? 1 : 0));
        let stride = 1;
        for (let a = shape.length - 1; a >= 0; a--) {
          const kept = strides[a] === 1;
          strides[a] = kept ? stride : 0;
          if (kept) stride *= shape[a]!;
        }
        const sum = new Float64Array(stride);
        for (const [i, value] of values(sizeOf(shape), 1, 3).entries()) {
          let rest = i;
          let to = 0;
          for (let a = shape.length - 1; a >= 0; a--) {
            to += (rest % shape[a]!) * strides[a]!;
            rest = Math.floor(rest / shape[a]!);
          }
          sum[to]! += value;
        }
        const count = sizeOf(shape) / stride;
        t.ok(relativeError(results[2 * n]!, sum) < 1e-7, `sum of ${label}`);
        t.ok(
          relativeError(
            results[2 * n + 1]!,
            sum.map((value) => value / count),
          ) < 1e-7,
          `mean of ${label}`,
        );
      }
      t.equal(tf.sum(tf.tensor([1, 2, 3], [3], 'int32')).dtype, 'int32', 'whole numbers are left to the stock kernel');
    },
  );
});

t.test('sets and differences: the losses and the sum over instances are made of these', async (t) => {
  for (const [row, counts] of [
    [
      [5, 7, 3],
      [3, 1, 2],
    ],
    [
      [16, 16, 64],
      [2, 4],
    ],
    [[1, 1, 1], [1]],
  ] as [number[], number[]][]) {
    const total = counts.reduce((a, b) => a + b, 0);
    await onOneAndTwoThreads(
      t,
      () => {
        const [x, y] = [make([total, ...row], 1), make([counts.length, ...row], 2)];
        const difference = run('AbsoluteDifferenceSum', { x, target: make([total, ...row], 3) }, { scale: 1 });
        return [...run('SetSum', { x }, { counts }), ...run('SetSpread', { x: y }, { counts }), ...difference].map(
          floats,
        );
      },
      ([sum, spread, difference]) => {
        const size = sizeOf(row);
        const [x, y, target] = [values(total * size, 1), values(counts.length * size, 2), values(total * size, 3)];
        const sample = counts.flatMap((count, n) => new Array<number>(count).fill(n));
        const expectedSum = new Float64Array(counts.length * size);
        for (const [i, value] of x.entries()) expectedSum[sample[Math.floor(i / size)]! * size + (i % size)]! += value;
        t.ok(relativeError(sum!, expectedSum) < 1e-6, `set sum ${counts}`);
        t.ok(
          spread!.every((value, i) => value === y[sample[Math.floor(i / size)]! * size + (i % size)]),
          `spread ${counts}`,
        );
        const expected = x.reduce((all, value, i) => all + Math.abs(value - target[i]!), 0);
        t.ok(Math.abs(difference![0]! - expected) < 1e-6 * expected, `difference ${counts}`);
      },
    );
  }
});

t.test('workers that never start would cost half of the speed and nothing else would show it', async (t) => {
  const backend = await wasmBackend.open({ threads: 2, stockKernels: WASM_KERNEL_NAMES });
  const runner = new KernelRunner({ memory: wasmMemory(), module: wasmModule(), threads: 2 }, true);
  const tensors = new KernelTensors(tf.backend());
  const x = make([2, 130, 130, 16], 1);
  const deadline = performance.now() + 10_000;
  while (runner.helpedUnits === 0 && performance.now() < deadline) {
    tf.backend().disposeData(reflectPad(runner, tensors, { x }, { pad: 1 }).dataId);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  t.ok(runner.helpedUnits > 0, 'another thread took over a part of the work');
  runner.close();
  await backend.close();
});

t.test('copies that gradients keep would double the memory of training', async (t) => {
  await withKernels(1, () => {
    const x = make([3, 5], 1);
    const expected = x.dataSync();
    const copy = x.clone();
    t.equal(copy.dataId, x.dataId, 'a clone shares the memory of its source');
    x.dispose();
    t.same(copy.dataSync(), expected, 'and keeps it');
    const { numDataBuffers } = tf.memory();
    copy.dispose();
    t.equal(tf.memory().numDataBuffers, numDataBuffers - 1, 'until the last one goes');
  });
});

t.test('a kernel that proves wrong somewhere must be possible to turn off', async (t) => {
  await withKernels(
    1,
    () => {
      t.equal(tf.getKernel('Convolution', 'wasm'), undefined);
      t.ok(tf.getKernel('ReflectPad', 'wasm'));
    },
    { except: ['Convolution'] },
  );
  for (const name of WASM_KERNEL_NAMES) {
    const stock = ['Sum', 'Mean', 'Identity'].includes(name);
    t.equal(tf.getKernel(name, 'wasm') !== undefined, stock, `${name} after close()`);
  }
  await t.rejects(
    withKernels(1, () => {}, { except: ['Convolutions'] }),
    /no wasm kernel Convolutions/,
    'a misspelt name is not ignored',
  );
});

t.test('a program must end by itself although workers of the kernels sleep', async (t) => {
  const here = path.dirname(fileURLToPath(import.meta.url));
  const script = `
    import * as tf from '@tensorflow/tfjs';
    import { wasmBackend } from '${here}/../../wasm.ts';
    await wasmBackend.open({ threads: 2 });
    const x = tf.ones([1, 66, 66, 64]);
    const y = tf.engine().runKernel('ReflectPad', { x }, { pad: 1 });
    console.log(y.shape.join());`;
  const file = path.join(t.testdir({ 'program.ts': script }), 'program.ts');
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', file], { timeout: 20_000 });
  t.match(stdout, '1,68,68,64');
});
