import { visibleLine } from '../../output/visible.ts';

/** What a line of the log says of one step, as numbers. */
export interface StepNumbers {
  readonly step: number;
  readonly timeMs: number;
  /** In the order of {@link StepLineReader.names}. Valid until the next line is read. */
  readonly values: Float64Array;
}

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const LOWER_E = 0x65;
const UPPER_E = 0x45;
const TIME_LENGTH = 24;
const POWERS = Array.from({ length: 40 }, (_, exponent) => 10 ** exponent);
/** Digits that a double can hold; the rest of a number's digits only move the point. */
const MAX_MANTISSA = 1e15;

type Slot = 'step' | 'time' | 'skip' | number;

/**
 * Reads lines of `type: step` many times faster than `JSON.parse`: a writer spells each line with the same keys in the
 * same order, so that the text between the numbers is that of the first line. What differs from it is left to the caller.
 */
export class StepLineReader {
  /** Dotted paths of the numbers of a line, without `v` and `step`: `losses.cycleA`, `memory.rssBytes`, … */
  readonly names: readonly string[];
  /** Text before each slot, and after the last one. */
  readonly #literals: readonly Uint8Array[];
  readonly #slots: readonly Slot[];
  readonly #result: { step: number; timeMs: number; readonly values: Float64Array };
  #position = 0;

  private constructor(names: readonly string[], literals: readonly Uint8Array[], slots: readonly Slot[]) {
    this.names = names;
    this.#literals = literals;
    this.#slots = slots;
    this.#result = { step: 0, timeMs: 0, values: new Float64Array(names.length) };
  }

  /**
   * A reader of lines like this one.
   *
   * @param line a whole line, known to be a valid `step` event
   * @returns null if the line is spelled in a way that this reader does not know
   */
  static like(line: Uint8Array): StepLineReader | null {
    // A copy: `slice` of a Buffer is a view, and the caller's block is read into again.
    const own = Uint8Array.from(line);
    const text = Buffer.from(own).toString('latin1');
    const names: string[] = [];
    const slots: Slot[] = [];
    const literals: Uint8Array[] = [];
    const path: string[] = [];
    let literalStart = 0;
    let key = '';
    const slotAt = (start: number, end: number, slot: Slot) => {
      literals.push(own.slice(literalStart, start));
      slots.push(slot);
      literalStart = end;
    };
    for (let i = 0; i < text.length; i++) {
      const character = text[i] as string;
      if (character === '{') {
        if (i > 0) path.push(key);
      } else if (character === '}') path.pop();
      else if (character === '[') return null;
      else if (character === '"') {
        const end = text.indexOf('"', i + 1);
        const content = text.slice(i + 1, end);
        if (end === -1 || content.includes('\\')) return null;
        if (text[end + 1] === ':') key = content;
        else if (key === 'time' && path.length === 0) {
          if (content.length !== TIME_LENGTH || !content.endsWith('Z')) return null;
          slotAt(i + 1, end, 'time');
        }
        i = end;
      } else if (/[-\d]/.test(character)) {
        const [number = ''] = /^-?\d+(\.\d+)?([eE][-+]?\d+)?/.exec(text.slice(i)) ?? [];
        const name = [...path, key].join('.');
        if (name === 'step') slotAt(i, i + number.length, 'step');
        else if (name === 'v') slotAt(i, i + number.length, 'skip');
        else slotAt(i, i + number.length, names.push(name) - 1);
        i += number.length - 1;
      }
    }
    literals.push(own.slice(literalStart));
    if (!slots.includes('step') || !slots.includes('time')) return null;
    if (names.some((name) => visibleLine(name) !== name)) return null;
    return new StepLineReader(names, literals, slots);
  }

  /**
   * Reads the line in `block` from `start` to `end`.
   *
   * @returns null if it is spelled differently; the same object for each line otherwise
   */
  read(block: Uint8Array, start: number, end: number): StepNumbers | null {
    const result = this.#result;
    this.#position = start;
    for (let i = 0; i < this.#slots.length; i++) {
      if (!this.#passLiteral(block, end, this.#literals[i] as Uint8Array)) return null;
      const slot = this.#slots[i] as Slot;
      if (slot === 'time') {
        result.timeMs = readTime(block, this.#position);
        this.#position += TIME_LENGTH;
      } else {
        const value = this.#number(block, end);
        if (Number.isNaN(value)) return null;
        if (slot === 'step') {
          if (!Number.isSafeInteger(value) || value < 0) return null;
          result.step = value;
        } else if (slot === 'skip') {
          if (value !== 1) return null;
        } else result.values[slot] = value;
      }
    }
    if (!this.#passLiteral(block, end, this.#literals.at(-1) as Uint8Array)) return null;
    return this.#position === end && !Number.isNaN(result.timeMs) ? result : null;
  }

  #passLiteral(block: Uint8Array, end: number, literal: Uint8Array): boolean {
    const from = this.#position;
    const { length } = literal;
    if (from + length > end) return false;
    for (let i = 0; i < length; i++) if (block[from + i] !== literal[i]) return false;
    this.#position = from + length;
    return true;
  }

  /** The number at the position, which moves behind it; NaN if there is none. */
  #number(block: Uint8Array, end: number): number {
    let i = this.#position;
    const isNegative = block[i] === MINUS;
    if (isNegative) i++;
    const first = i;
    let mantissa = 0;
    let exponent = 0;
    let isFraction = false;
    for (; i < end; i++) {
      const byte = block[i] as number;
      if (byte >= ZERO && byte <= NINE) {
        if (mantissa < MAX_MANTISSA) {
          mantissa = mantissa * 10 + (byte - ZERO);
          if (isFraction) exponent--;
        } else if (!isFraction) exponent++;
      } else if (byte === POINT && !isFraction) isFraction = true;
      else break;
    }
    if (i === first) return Number.NaN;
    if (i < end && (block[i] === LOWER_E || block[i] === UPPER_E)) {
      i++;
      const isSmall = block[i] === MINUS;
      if (isSmall || block[i] === PLUS) i++;
      let power = 0;
      for (; i < end; i++) {
        const byte = block[i] as number;
        if (byte < ZERO || byte > NINE) break;
        power = power * 10 + (byte - ZERO);
      }
      exponent += isSmall ? -power : power;
    }
    this.#position = i;
    const value = scaled(mantissa, exponent);
    return isNegative ? -value : value;
  }
}

function scaled(mantissa: number, exponent: number): number {
  if (exponent === 0) return mantissa;
  const power = POWERS[Math.abs(exponent)];
  if (power === undefined) return mantissa * 10 ** exponent;
  return exponent < 0 ? mantissa / power : mantissa * power;
}

/** `2024-01-02T03:04:05.678Z` as milliseconds since 1970; NaN if it is no such text. */
function readTime(block: Uint8Array, at: number): number {
  const days = daysSince1970(readDigits(block, at, 4), readDigits(block, at + 5, 2), readDigits(block, at + 8, 2));
  const minutes = readDigits(block, at + 11, 2) * 60 + readDigits(block, at + 14, 2);
  return ((days * 1440 + minutes) * 60 + readDigits(block, at + 17, 2)) * 1000 + readDigits(block, at + 20, 3);
}

function readDigits(block: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = at; i < at + count; i++) {
    const byte = block[i] as number;
    if (!(byte >= ZERO && byte <= NINE)) return Number.NaN;
    value = value * 10 + (byte - ZERO);
  }
  return value;
}

/** Days of the Gregorian calendar, without a `Date` for each line (Hinnant, "chrono-compatible low-level date algorithms"). */
function daysSince1970(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}
