// Sums over the rows of a set, and a row repeated for each member of a set.
import { min } from './simd';

// Parameters, in 32-bit words.
const FROM = 0;
const TO = 4;
const COUNT = 8; // members of the set
const SIZE = 12; // values of a row
const SIZE_PER_UNIT = 16; // a multiple of 4

/** Sums one stretch of the rows of a set. */
export function setSumUnit(p: usize, unit: i32): void {
  const count = load<i32>(p, COUNT);
  const row = (<usize>load<i32>(p, SIZE)) << 2;
  const perUnit = load<i32>(p, SIZE_PER_UNIT);
  const from = load<usize>(p, FROM);
  const to = load<usize>(p, TO);
  let i = (<usize>(unit * perUnit)) << 2;
  const end = (<usize>min((unit + 1) * perUnit, load<i32>(p, SIZE))) << 2;
  for (; i + 16 <= end; i += 16) {
    let at = from + i;
    let sum = v128.load(at);
    for (let n = 1; n < count; n++) {
      at += row;
      sum = f32x4.add(sum, v128.load(at));
    }
    v128.store(to + i, sum);
  }
  for (; i < end; i += 4) {
    let at = from + i;
    let sum = load<f32>(at);
    for (let n = 1; n < count; n++) {
      at += row;
      sum += load<f32>(at);
    }
    store<f32>(to + i, sum);
  }
}

/** Writes a row for member `unit` of a set. */
export function setSpreadUnit(p: usize, unit: i32): void {
  const row = (<usize>load<i32>(p, SIZE)) << 2;
  memory.copy(load<usize>(p, TO) + <usize>unit * row, load<usize>(p, FROM), row);
}
