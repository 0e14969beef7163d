import * as tf from '@tensorflow/tfjs';

export type KernelFunction = tf.KernelConfig['kernelFunc'];

/** Kernels by their names in tfjs's registry, and how each becomes what the registry calls. */
interface KernelTable<Kernel> {
  readonly backendName: string;
  readonly kernels: Readonly<Record<string, Kernel>>;
  /** Names that are left out. */
  readonly except: readonly string[];
}

/**
 * Registers kernels of ops with tfjs, in place of the references that ops may have registered.
 *
 * @returns takes them out of tfjs's registry again
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

/**
 * Puts kernels in the place of stock ones of tfjs, which they may fall back to. What the backend has no kernel for is
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
    unregister(kernelName, backendName);
    tf.registerKernel({ ...stock, kernelFunc: functionOf(kernel, stock.kernelFunc) });
    replaced.push(stock);
  }
  return () => {
    for (const stock of replaced) {
      unregister(stock.kernelName, backendName);
      tf.registerKernel(stock);
    }
  };
}

/** @throws Error if one of `names` is none of the kernels that the backend has */
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
