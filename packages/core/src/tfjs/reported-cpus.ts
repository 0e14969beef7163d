// For @tensorflow/tfjs-backend-wasm 4.22.0.
// Why: its C++ side takes at most half of the cores that `os.cpus()` reports.
// Without it: stock operations run on fewer threads than `--threads` asks for, on two cores on one.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** Runs `task` while `os.cpus()` reports at least `count` cores, and returns what it returns. */
export async function withReportedCpus<T>(count: number, task: () => Promise<T>): Promise<T> {
  const os = require('node:os') as { cpus: () => unknown[] };
  const original = os.cpus;
  const real = original();
  os.cpus = () =>
    real.length >= count ? real : Array.from({ length: count }, (_, index) => real[index % real.length]);
  try {
    return await task();
  } finally {
    os.cpus = original;
  }
}
