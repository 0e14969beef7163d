import { isDeepStrictEqual } from 'node:util';

type Outcome = Readonly<Record<string, string>>;

/** @throws Error naming what differs */
export function requireEqual(found: Outcome, expected: Outcome, after: string): void {
  if (isDeepStrictEqual(found, expected)) return;
  const names = [...new Set([...Object.keys(found), ...Object.keys(expected)])];
  const differing = names.filter((name) => found[name] !== expected[name]);
  throw new Error(`after ${after} other than uninterrupted: ${differing.join(', ')}`);
}
