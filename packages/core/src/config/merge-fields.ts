/** A part of a configuration, of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** `changes` laid over `fields`, object by object. */
export function mergeFields<T extends Fields>(fields: T, changes: Fields): T {
  const result: Record<string, unknown> = { ...fields };
  for (const [name, value] of Object.entries(changes)) {
    const own = fields[name];
    result[name] = isFields(own) && isFields(value) ? mergeFields(own, value) : value;
  }
  return result as T;
}

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
