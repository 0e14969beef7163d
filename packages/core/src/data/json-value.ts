/** What JSON can hold. */
export type JsonValue = null | boolean | number | string | readonly JsonValue[] | JsonObject;

export interface JsonObject {
  readonly [key: string]: JsonValue;
}

/**
 * JSON text in which equal values are equal bytes: keys are sorted at every level, two spaces of indent, a newline at
 * the end.
 *
 * @throws Error if a number is not finite or a value is not JSON, which `JSON.stringify` would silently change
 */
export function canonicalJson(value: JsonValue): string {
  return `${JSON.stringify(canonical(value, '$'), null, 2)}\n`;
}

function canonical(value: unknown, path: string): unknown {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new Error(`${path} is ${value}, which JSON cannot hold.`);
    return value;
  }
  if (Array.isArray(value)) return value.map((item, i) => canonical(item, `${path}[${i}]`));
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    entries.sort(([a], [b]) => (a < b ? -1 : 1));
    return Object.fromEntries(entries.map(([key, item]) => [key, canonical(item, `${path}.${key}`)]));
  }
  throw new Error(`${path} is not a JSON value.`);
}
