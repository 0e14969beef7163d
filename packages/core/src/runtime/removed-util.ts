import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/**
 * Gives `node:util` the two functions that tfjs-node still calls: `isNullOrUndefined`, which Node 23 removed, and
 * `isArray`, which warns of its removal at the first call. Set on the object that `require('util')` returns.
 */
export function restoreRemovedUtil(): void {
  const util = require('node:util') as Record<string, unknown>;
  util.isNullOrUndefined = (value: unknown) => value === null || value === undefined;
  util.isArray = Array.isArray;
}
