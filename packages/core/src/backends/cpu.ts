import * as tf from '@tensorflow/tfjs';
import { silenceCpuGreeting } from '../tfjs/cpu-greeting.ts';
import {
  type Backend,
  type BackendDescription,
  type BackendOptions,
  defineBackend,
  type OpenBackend,
} from './backend.ts';
import { registerCpuKernels } from './kernels/cpu/register-cpu-kernels.ts';

const DEVICE = '1 thread, plain JavaScript';

/** TensorFlow.js in plain JavaScript: always there, a hundred times slower than wasm; for checks, not for training. */
export const cpuBackend: Backend = defineBackend({
  name: 'cpu',
  priority: 1,
  obstacle: async () => undefined,
  open,
  describe: async (): Promise<BackendDescription> => ({
    name: 'cpu',
    opens: true,
    device: DEVICE,
    threads: 1,
    features: [],
    software: false,
    notes: [],
  }),
});

async function open({ stockKernels }: BackendOptions): Promise<OpenBackend> {
  await tf.setBackend('cpu');
  const unregisterKernels = registerCpuKernels(stockKernels);
  const backend = tf.backend();
  silenceCpuGreeting(backend);
  return {
    name: 'cpu',
    device: DEVICE,
    threads: 1,
    features: [],
    software: false,
    gpu: false,
    async close() {
      if (tf.findBackend('cpu') !== backend) return;
      unregisterKernels();
      const factory = tf.findBackendFactory('cpu');
      tf.removeBackend('cpu');
      tf.registerBackend('cpu', factory, cpuBackend.priority);
    },
  };
}
