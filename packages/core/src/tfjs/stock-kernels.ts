// For @tensorflow/tfjs-core 4.22.0.
// Why: some stock kernels are slow, inexact or copy memory; register-<backend>-kernels.ts of the backends lists them.
// Without it: steps take longer and more memory, and wasm sums less exactly; results are right but for the last
//   digits.

import * as tf from '@tensorflow/tfjs';

export type KernelFunction = tf.KernelConfig['kernelFunc'];

/** Kernels by their names in tfjs's registry, and how each becomes what the registry calls. */
export interface KernelTable<Kernel> {
  readonly backendName: string;
  readonly kernels: Readonly<Record<string, Kernel>>;
  /** Names that are left out. */
  readonly except: readonly string[];
}

/**
 * Replaces stock kernels of tfjs by kernels that may fall back to them. Names that the backend has no kernel for are
 * left out.
 *
 * @returns puts the stock kernels back
 */
export function replaceStockKernels<Kernel>({
  backendName,
  kernels,
  except,
  functionOf,
}: KernelTable<Kernel> & {
  readonly functionOf: (kernel: Kernel, stock: KernelFunction) => KernelFunction;
}): () => void {
  const replaced: tf.KernelConfig[] = [];
  for (const [kernelName, kernel] of Object.entries(kernels)) {
    const stock = tf.getKernel(kernelName, backendName);
    if (stock === undefined || except.includes(kernelName)) continue;
    tf.unregisterKernel(kernelName, backendName);
    tf.registerKernel({ ...stock, kernelFunc: functionOf(kernel, stock.kernelFunc) });
    replaced.push(stock);
  }
  return () => {
    for (const stock of replaced) {
      tf.unregisterKernel(stock.kernelName, backendName);
      tf.registerKernel(stock);
    }
  };
}
