import type { Rng } from '@instagan/core/data';
import { textOf } from './fuzz-target.ts';
import { MAX_BYTES, mutateBytes } from './mutate-bytes.ts';

type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

const pick = <Item>(items: readonly Item[], rng: Rng) => items[rng.integer(items.length)] as Item;

const LARGE_SHARE = 0.02;

/** Values that a field is seldom meant to hold. */
const VALUES: readonly (() => Json)[] = [
  ...[null, true, false, 0, -1, 1, 0.5, 1e-320, 1e308, 2 ** 31, 2 ** 53, 1e9, -1e9, 100_000].map(
    (value) => () => value,
  ),
  ...['', ' ', '0', 'NaN', 'Infinity', '__proto__', 'constructor', 'toString', '../../../etc/passwd', '/etc/passwd']
    .concat(['C:\\x', '.', '..', 'a\u0000b', '\u001b[2J\u001b]0;x\u0007', '\u202etxt', '\r\n', '\ud800', '\ufeff'])
    .map((value) => () => value),
  () => [],
  () => ({}),
  () => [[]],
];

/** Values of a size that nobody means. They are the exception: each takes as long as a hundred others. */
const LARGE_VALUES: readonly (() => Json)[] = [
  () => 'x'.repeat(100_000),
  () => nested(3000),
  () => Array.from({ length: 20_000 }, (_, i) => i % 300),
  () => Object.fromEntries(Array.from({ length: 5000 }, (_, i) => [`k${i}`, i])),
];

const KEYS = ['__proto__', 'constructor', 'prototype', 'toString', 'length', '', 'x'.repeat(5000), '\u001b[31m'];

/** A place in a value: where it hangs, and by which key. */
interface Slot {
  readonly parent: Json[] | { [key: string]: Json };
  readonly key: string | number;
}

/** An input of JSON with a few values changed, and now and then a byte. */
export function mutateJson(
  input: Uint8Array,
  rng: Rng,
  others: readonly Uint8Array[],
  words: readonly string[],
): Uint8Array {
  const value = parsed(textOf(input));
  if (value === undefined || rng.uniform() < 0.15) return mutateBytes(input, rng, others, [...words, ...KEYS]);
  const root: Json[] = [value];
  for (let count = 1 + rng.integer(3); count > 0; count--) change(root, rng, others, words);
  // What JSON cannot spell.
  const text = JSON.stringify(root[0]).replace('"Infinity"', rng.uniform() < 0.5 ? '1e999' : '"Infinity"');
  return new TextEncoder().encode(text).subarray(0, MAX_BYTES);
}

/** The same for each line by itself; lines come twice, change places and go missing, too. */
export function mutateJsonLines(
  input: Uint8Array,
  rng: Rng,
  others: readonly Uint8Array[],
  words: readonly string[],
): Uint8Array {
  if (rng.uniform() < 0.1) return mutateBytes(input, rng, others, words);
  const lines = textOf(input).split('\n');
  const i = rng.integer(lines.length);
  const way = rng.uniform();
  if (way < 0.7) {
    const encoder = new TextEncoder();
    const other = others.length === 0 ? input : pick(others, rng);
    const pool = textOf(other)
      .split('\n', 20)
      .map((line) => encoder.encode(line));
    lines[i] = textOf(mutateJson(encoder.encode(lines[i]), rng, pool, words));
  } else if (way < 0.8) lines.splice(i, 1);
  else lines.splice(rng.integer(lines.length), 0, ...lines.slice(i, i + 1 + rng.integer(3)));
  return new TextEncoder().encode(lines.slice(0, 500).join('\n'));
}

function change(root: Json[], rng: Rng, others: readonly Uint8Array[], words: readonly string[]): void {
  const slots = slotsOf(root);
  const { parent, key } = pick(slots, rng);
  const way = rng.integer(7);
  if (way < 3) set(parent, key, rng.uniform() < 0.2 && words.length > 0 ? pick(words, rng) : anyValue(rng));
  else if (way === 3 && parent !== root) {
    if (Array.isArray(parent)) parent.splice(key as number, 1);
    else delete parent[key];
  } else if (way === 4) {
    const name = rng.uniform() < 0.5 && words.length > 0 ? pick(words, rng) : pick(KEYS, rng);
    const value = get(parent, key);
    const times = isLarge(value) ? 1 : 1 + rng.integer(50);
    if (!Array.isArray(parent)) set(parent, name, value);
    else if (parent !== root) parent.push(...Array.from({ length: times }, () => value));
  } else if (way === 5) {
    const other = others.length === 0 ? undefined : parsed(textOf(pick(others, rng)));
    const from = other === undefined ? pick(slots, rng) : pick(slotsOf([other]), rng);
    const value = get(from.parent, from.key);
    if (!isLarge(value)) set(parent, key, structuredClone(value));
  } else {
    const value = get(parent, key);
    if (typeof value === 'string') set(parent, key, mutatedText(value, rng));
    else if (typeof value === 'number') set(parent, key, pick([-value, value + 1, value * 1e6, value / 3], rng));
    else set(parent, key, [value]);
  }
}

function anyValue(rng: Rng): Json {
  return pick(rng.uniform() < LARGE_SHARE ? LARGE_VALUES : VALUES, rng)();
}

function mutatedText(text: string, rng: Rng): string {
  const i = rng.integer(text.length + 1);
  const character = String.fromCharCode(rng.uniform() < 0.8 ? 32 + rng.integer(95) : rng.integer(0x3000));
  return text.slice(0, i) + character + text.slice(rng.uniform() < 0.5 ? i : i + 1);
}

function slotsOf(root: Json[]): Slot[] {
  const slots: Slot[] = [];
  const open: (Json[] | { [key: string]: Json })[] = [root];
  for (let parent = open.pop(); parent !== undefined && slots.length < 5000; parent = open.pop()) {
    for (const key of Array.isArray(parent) ? parent.keys() : Object.keys(parent)) {
      slots.push({ parent, key });
      const value = get(parent, key);
      if (typeof value === 'object' && value !== null) open.push(value);
    }
  }
  return slots;
}

/** Copies of what is large, and copies of these, would grow without end. */
function isLarge(value: Json): boolean {
  const open: Json[] = [value];
  let left = 2000;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    left -= typeof next === 'string' ? 1 + next.length / 8 : 1;
    if (typeof next === 'object' && next !== null) open.push(...Object.values(next).slice(0, left));
    if (left < open.length) return true;
  }
  return false;
}

function get(parent: Slot['parent'], key: string | number): Json {
  return (Array.isArray(parent) ? parent[key as number] : parent[key]) as Json;
}

/** Also for keys that mean something to JavaScript. */
function set(parent: Slot['parent'], key: string | number, value: Json): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function parsed(text: string): Json | undefined {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function nested(depth: number): Json {
  let value: Json = [];
  for (let i = 0; i < depth; i++) value = i % 2 ? [value] : { a: value };
  return value;
}
