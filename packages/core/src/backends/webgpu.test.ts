import { setImmediate } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import * as tf from '@tensorflow/tfjs';
import t from 'tap';
import { openBackend } from './registry.ts';
import { openOrSkip } from './testing/open-or-skip.ts';

interface Device {
  createBuffer(descriptor: { size: number; usage: number }): unknown;
  readonly limits: { readonly maxBufferSize: number; readonly maxStorageBufferBindingSize: number };
}

t.test('webgpu', async (t) => {
  const backend = await openOrSkip(t, 'webgpu');
  if (backend === null) return;
  const { device } = tf.backend() as unknown as { device: Device };

  await t.test('may use more memory in one tensor than the 128 MiB that WebGPU grants unasked', async (t) => {
    t.ok(device.limits.maxBufferSize > 2 ** 28, `${device.limits.maxBufferSize} bytes`);
  });

  await t.test('an error on the GPU fails the next read with its cause, where zeros would come back', async (t) => {
    const ones = tf.ones([8]);
    t.strictSame([...(await ones.data())], Array(8).fill(1));
    device.createBuffer({ size: device.limits.maxBufferSize * 4, usage: 0x80 });
    // The error arrives with the queue's next answer.
    await tf
      .square(ones)
      .data()
      .catch(() => {});
    await t.rejects(tf.square(ones).data(), { name: 'UserError', message: /^The GPU .* reports: / });
  });

  await backend.close();
  t.notOk('GPUBufferUsage' in globalThis && !('Deno' in globalThis), 'globals are taken away again');
  t.doesNotThrow(() => tf.setBackend('cpu'));
});

t.test('webgpu, closed while a read is under way and collected as garbage, does not end the process', async (t) => {
  const first = await openOrSkip(t, 'webgpu');
  if (first === null) return;
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  let backend = first;
  for (let opened = 1; opened <= 20; opened++) {
    t.strictSame([...(await tf.square([opened]).data())], [opened ** 2]);
    tf.square([opened])
      .data()
      .catch(() => {});
    await backend.close();
    for (let turns = 0; turns < 3; turns++) {
      collectGarbage();
      await setImmediate();
    }
    backend = await openBackend('webgpu');
  }
  await backend.close();
});
