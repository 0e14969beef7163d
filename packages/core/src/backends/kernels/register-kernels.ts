import * as tf from '@tensorflow/tfjs';
import type { KernelFunction, KernelTable } from '../../tfjs/stock-kernels.ts';

/**
 * Registers kernels of ops with tfjs, in place of the references that ops may have registered.
 *
 * @returns a function that unregisters them
 */
export function registerKernels<Kernel>({
  backendName,
  kernels,
  except,
  functionOf,
}: KernelTable<Kernel> & { readonly functionOf: (kernel: Kernel) => KernelFunction }): () => void {
  const names = Object.keys(kernels).filter((name) => !except.includes(name));
  for (const kernelName of names) {
    unregister(kernelName, backendName);
    tf.registerKernel({ kernelName, backendName, kernelFunc: functionOf(kernels[kernelName] as Kernel) });
  }
  return () => {
    for (const kernelName of names) unregister(kernelName, backendName);
  };
}

/** @throws Error if the backend has no kernel of one of `names` */
export function checkKernelNames(backendName: string, names: readonly string[], kernelNames: readonly string[]): void {
  for (const name of names) {
    if (!kernelNames.includes(name)) {
      throw new Error(`There is no ${backendName} kernel ${name}: ${kernelNames.join(', ')}.`);
    }
  }
}

function unregister(kernelName: string, backendName: string): void {
  if (tf.getKernel(kernelName, backendName) !== undefined) tf.unregisterKernel(kernelName, backendName);
}
