import type { Rng } from '@instagan/core/data';

/** Numbers at which readers go wrong: ends of ranges, and those that look like a size. */
const NUMBERS = [0, 1, 2, 3, 7, 8, 127, 128, 255, 256, 4096, 32_767, 32_768, 65_535, 65_536, 2 ** 24, 2 ** 31 - 1];
const LARGE = [2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40, 2 ** 53, 2 ** 63];
/** Inputs are no longer. */
export const MAX_BYTES = 1 << 18;

type Change = (input: Uint8Array, rng: Rng, others: readonly Uint8Array[], words: readonly string[]) => Uint8Array;

const at = (input: Uint8Array, rng: Rng) => rng.integer(input.length + 1);
const pick = <Item>(items: readonly Item[], rng: Rng) => items[rng.integer(items.length)] as Item;
/** Short stretches are the more interesting ones. */
const length = (rng: Rng, most: number) => Math.floor(most ** rng.uniform());

const CHANGES: readonly Change[] = [
  function flipBit(input, rng) {
    return changed(input, rng, 1, (view, i) => view.setUint8(i, view.getUint8(i) ^ (1 << rng.integer(8))));
  },
  function setByte(input, rng) {
    return changed(input, rng, 1, (view, i) => view.setUint8(i, rng.integer(256)));
  },
  function setNumber(input, rng) {
    const bytes = pick([1, 2, 4, 8], rng);
    const value = pick([...NUMBERS, ...LARGE], rng);
    const isLittle = rng.uniform() < 0.8;
    return changed(input, rng, bytes, (view, i) => {
      if (bytes === 1) view.setUint8(i, value % 256);
      else if (bytes === 2) view.setUint16(i, value % 2 ** 16, isLittle);
      else if (bytes === 4) view.setUint32(i, value % 2 ** 32, isLittle);
      else view.setBigUint64(i, BigInt(value), isLittle);
    });
  },
  function addToNumber(input, rng) {
    const by = rng.integer(33) - 16;
    return changed(input, rng, 1, (view, i) => view.setUint8(i, (view.getUint8(i) + by) & 255));
  },
  function setDigits(input, rng) {
    const first = input.findIndex((byte, i) => i >= Math.floor(rng.uniform() * input.length) && isDigit(byte));
    if (first === -1) return input;
    let end = first;
    while (end < input.length && isDigit(input[end] as number)) end++;
    const text = pick(['-1', '1e999', '0', ...[...NUMBERS, ...LARGE].map(String)], rng);
    return replaced(input, first, end, Buffer.from(text));
  },
  function insert(input, rng) {
    const place = at(input, rng);
    return replaced(
      input,
      place,
      place,
      Uint8Array.from({ length: length(rng, 64) }, () => rng.integer(256)),
    );
  },
  function remove(input, rng) {
    const place = at(input, rng);
    return replaced(input, place, Math.min(input.length, place + length(rng, input.length + 1)), new Uint8Array(0));
  },
  function repeat(input, rng) {
    const [from, to] = [at(input, rng), at(input, rng)];
    const part = input.slice(from, from + length(rng, 256));
    const times = rng.uniform() < 0.1 ? 1 + rng.integer(2000) : 1 + rng.integer(3);
    return replaced(input, to, to, Buffer.concat(Array.from({ length: times }, () => part)));
  },
  function overwriteByPart(input, rng) {
    const [from, to] = [at(input, rng), at(input, rng)];
    const part = input.slice(from, from + length(rng, 64));
    return replaced(input, to, Math.min(input.length, to + part.length), part);
  },
  function splice(input, rng, others) {
    const other = others.length === 0 ? input : pick(others, rng);
    return Buffer.concat([input.subarray(0, at(input, rng)), other.subarray(at(other, rng))]);
  },
  function insertWord(input, rng, _, words) {
    if (words.length === 0) return input;
    const place = at(input, rng);
    const word = Buffer.from(pick(words, rng), 'latin1');
    return replaced(input, place, rng.uniform() < 0.5 ? place : Math.min(input.length, place + word.length), word);
  },
  function truncate(input, rng) {
    return input.slice(0, at(input, rng));
  },
];

/** An input with a few changes. @param others whose parts may be used @param words of the format, in Latin-1 */
export function mutateBytes(
  input: Uint8Array,
  rng: Rng,
  others: readonly Uint8Array[],
  words: readonly string[],
): Uint8Array {
  let result = input;
  for (let count = 1 + length(rng, 6); count > 0; count--) result = pick(CHANGES, rng)(result, rng, others, words);
  return Uint8Array.from(result.subarray(0, MAX_BYTES));
}

function changed(input: Uint8Array, rng: Rng, bytes: number, change: (view: DataView, i: number) => void): Uint8Array {
  if (input.length < bytes) return input;
  const result = Uint8Array.from(input);
  change(new DataView(result.buffer), rng.integer(input.length - bytes + 1));
  return result;
}

function replaced(input: Uint8Array, from: number, to: number, by: Uint8Array): Uint8Array {
  return Buffer.concat([input.subarray(0, from), by, input.subarray(to)]);
}

function isDigit(byte: number): boolean {
  return byte >= 48 && byte <= 57;
}
