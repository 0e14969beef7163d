import type { NamedArrays } from '../checkpoint/named-arrays.ts';

/** The name of the first array that holds NaN or an infinity; `null` if all values are finite. */
export function notFiniteArray(arrays: NamedArrays): string | null {
  for (const [name, { data }] of arrays) {
    for (let i = 0; i < data.length; i++) if (!Number.isFinite(Number(data[i]))) return name;
  }
  return null;
}
