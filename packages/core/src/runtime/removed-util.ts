import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Gives `node:util` back the two functions that tfjs-node still calls and that Node 23 removed (`isNullOrUndefined`,
 * `isArray`), on the object that `require('util')` returns. Does nothing where they exist.
 */
export function restoreRemovedUtil(): void {
  const util = require('node:util') as Record<string, unknown>;
  util.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined;
  util.isArray ??= Array.isArray;
}
