// For @tensorflow/tfjs-node 4.22.0.
// Why: it calls `util.isNullOrUndefined`, which Node 23 removed, and `util.isArray`, which is deprecated.
// Without it: the node backend fails in Node 23 and later, and warns in earlier ones.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Gives `node:util` the functions `isNullOrUndefined` and `isArray` on the object that `require('util')` returns. They stay
 * for the rest of the process.
 */
export function restoreRemovedUtil(): void {
  const util = require('node:util') as Record<string, unknown>;
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}
