import { type SizePx, UsageError } from '@instagan/core/data';

// Values of command lines of benchmarks. Each function throws a UsageError of one sentence for what is wrong.

export function parseSize(text: string): SizePx {
  const [, height = 0, width = 0] = (/^(\d+)x(\d+)$/.exec(text) ?? []).map(Number);
  if (height >= 32 && width >= 32 && height % 4 === 0 && width % 4 === 0) return { height, width };
  throw new UsageError(`--size ${text} is no size: give HxW in multiples of 4, at least 32x32.`);
}

export function wholeNumber(name: string, text: string, least: number): number {
  const value = Number(text);
  if (text !== '' && Number.isSafeInteger(value) && value >= least) return value;
  throw new UsageError(`--${name} takes a whole number of at least ${least}, not ${text}.`);
}

/** @param what as it begins the message, such as `--peer` */
export function oneOf<T extends string>(what: string, text: string, allowed: readonly T[]): T {
  if (allowed.includes(text as T)) return text as T;
  throw new UsageError(`${what} is one of ${allowed.join(', ')}, not "${text}".`);
}
