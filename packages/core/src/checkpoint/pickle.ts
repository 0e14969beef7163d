import { UserError } from '../errors.ts';
import type { ByteReader } from './byte-reader.ts';

/**
 * What a pickle may name. `call` is this project's own stand-in for the Python function; a global without it is only a
 * name, such as a storage type.
 */
export interface PickleGlobal {
  readonly name: string;
  readonly call?: (args: readonly unknown[]) => unknown;
}

export interface PickleRules {
  /** The only globals a pickle may name, by `module.name`. */
  readonly globals: ReadonlyMap<string, PickleGlobal>;
  /** Turns a persistent id (of a torch file: the description of a storage) into a value. */
  readonly persistentLoad: (id: unknown) => unknown;
}

/** Longest whole number read, in bytes; the longest torch writes is its magic number, 10 bytes. */
const MAX_LONG_BYTES = 16;

/**
 * Values that a pickle may make, and lists, tuples and dicts among them. A state dict has some 30 values a tensor, 6 of them
 * containers; files of more are made to fill the memory: an empty dict takes one byte there and 200 here.
 */
const MAX_VALUES = 2 ** 22;
const MAX_CONTAINERS = 2 ** 19;
/** Longest name of an object that is repeated in a message. */
const MAX_NAME_LENGTH = 100;

const MARK: unique symbol = Symbol('mark');

/**
 * Reads one pickle (protocols 0x80 0x02 to 0x05) and leaves the reader behind it. It executes nothing: a pickle is a
 * program that builds values, and here its vocabulary is data, the globals of `rules` and nothing else. Dicts become
 * `Map`, lists and tuples arrays, `None` null, whole numbers beyond 2^53 bigint.
 *
 * Memory is bounded by the length of the file and by {@link MAX_VALUES}. Values may refer to one another many times and in a
 * cycle, so whoever walks or prints them needs a limit of depth.
 *
 * @throws UserError naming the file and the object for any other global, call or instruction, and for damage
 */
export function readPickle(reader: ByteReader, rules: PickleRules): unknown {
  const machine = new PickleMachine(reader, rules);
  while (!machine.step());
  return machine.result();
}

class PickleMachine {
  readonly #reader: ByteReader;
  readonly #rules: PickleRules;
  readonly #callables: ReadonlySet<unknown>;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();
  #values = 0;
  #containers = 0;

  constructor(reader: ByteReader, rules: PickleRules) {
    this.#reader = reader;
    this.#rules = rules;
    this.#callables = new Set(rules.globals.values());
  }

  result(): unknown {
    const value = this.#pop();
    if (this.#stack.length > 0) throw this.#damaged('values are left over');
    return value;
  }

  /** Runs one instruction; true once it was STOP. */
  step(): boolean {
    const reader = this.#reader;
    const opcode = reader.uint8();
    switch (opcode) {
      case 0x80: // PROTO
        return this.#protocol(reader.uint8());
      case 0x95: // FRAME
        reader.uint64();
        return false;
      case 0x2e: // STOP
        return true;
      case 0x28: // MARK
        return this.#push(MARK);
      case 0x30: // POP
        this.#stack.pop();
        return false;
      case 0x31: // POP_MARK
        this.#popToMark();
        return false;
      case 0x32: // DUP
        return this.#push(this.#top());
      case 0x4e: // NONE
        return this.#push(null);
      case 0x88: // NEWTRUE
        return this.#push(true);
      case 0x89: // NEWFALSE
        return this.#push(false);
      case 0x4a: // BININT
        return this.#push(reader.int32());
      case 0x4b: // BININT1
        return this.#push(reader.uint8());
      case 0x4d: // BININT2
        return this.#push(reader.uint16());
      case 0x8a: // LONG1
        return this.#push(this.#long(reader.uint8()));
      case 0x8b: // LONG4
        return this.#push(this.#long(reader.uint32()));
      case 0x47: // BINFLOAT
        return this.#push(reader.float64BigEndian());
      case 0x8c: // SHORT_BINUNICODE
        return this.#push(reader.text(reader.uint8()));
      case 0x58: // BINUNICODE
        return this.#push(reader.text(reader.uint32()));
      case 0x8d: // BINUNICODE8
        return this.#push(reader.text(reader.uint64()));
      case 0x55: // SHORT_BINSTRING, the str of Python 2
        return this.#push(reader.text(reader.uint8()));
      case 0x54: // BINSTRING
        return this.#push(reader.text(reader.uint32()));
      case 0x43: // SHORT_BINBYTES
        return this.#push(reader.bytes(reader.uint8()));
      case 0x42: // BINBYTES
        return this.#push(reader.bytes(reader.uint32()));
      default:
        return this.#stepContainer(opcode);
    }
  }

  #stepContainer(opcode: number): boolean {
    const reader = this.#reader;
    switch (opcode) {
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        return this.#push([]);
      case 0x7d: // EMPTY_DICT
        return this.#push(new Map());
      case 0x74: // TUPLE
        return this.#push(this.#popToMark());
      case 0x85: // TUPLE1
      case 0x86: // TUPLE2
      case 0x87: // TUPLE3
        return this.#push(this.#popMany(opcode - 0x84));
      case 0x61: // APPEND
        return this.#append(this.#popMany(1));
      case 0x65: // APPENDS
        return this.#append(this.#popToMark());
      case 0x73: // SETITEM
        return this.#setItems(this.#popMany(2));
      case 0x75: // SETITEMS
        return this.#setItems(this.#popToMark());
      case 0x71: // BINPUT
        return this.#put(reader.uint8());
      case 0x72: // LONG_BINPUT
        return this.#put(reader.uint32());
      case 0x94: // MEMOIZE
        return this.#put(this.#memo.size);
      case 0x68: // BINGET
        return this.#get(reader.uint8());
      case 0x6a: // LONG_BINGET
        return this.#get(reader.uint32());
      case 0x63: // GLOBAL
        return this.#global(reader.line(), reader.line());
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.#popMany(2);
        return this.#global(module, name);
      }
      case 0x51: // BINPERSID
        return this.#push(this.#rules.persistentLoad(this.#pop()));
      case 0x52: // REDUCE
        return this.#reduce();
      case 0x62: // BUILD
        return this.#build();
      default:
        throw this.#refused(`pickle instruction 0x${opcode.toString(16).padStart(2, '0')}`);
    }
  }

  #protocol(version: number): boolean {
    if (version < 2 || version > 5) throw this.#damaged(`pickle protocol ${version}`);
    return false;
  }

  #push(value: unknown): false {
    this.#values++;
    if (value instanceof Map || Array.isArray(value)) this.#containers++;
    if (this.#values > MAX_VALUES || this.#containers > MAX_CONTAINERS) throw this.#refused('too many values');
    this.#stack.push(value);
    return false;
  }

  #pop(): unknown {
    const value = this.#top();
    this.#stack.pop();
    return value;
  }

  #top(): unknown {
    const value = this.#stack.at(-1);
    if (value === undefined || value === MARK) throw this.#damaged('a value is missing');
    return value;
  }

  #popMany(count: number): unknown[] {
    const values: unknown[] = [];
    for (let i = 0; i < count; i++) values.unshift(this.#pop());
    return values;
  }

  #popToMark(): unknown[] {
    const mark = this.#stack.lastIndexOf(MARK);
    if (mark === -1) throw this.#damaged('a mark is missing');
    const values = this.#stack.splice(mark);
    values.shift();
    return values;
  }

  #append(values: readonly unknown[]): boolean {
    const list = this.#top();
    if (!Array.isArray(list)) throw this.#damaged('items are appended to something that is not a list');
    for (const value of values) list.push(value);
    return false;
  }

  #setItems(values: readonly unknown[]): boolean {
    const dict = this.#top();
    if (!(dict instanceof Map) || values.length % 2 === 1)
      throw this.#damaged('items are set on something that is not a dict');
    for (let i = 0; i < values.length; i += 2) dict.set(values[i], values[i + 1]);
    return false;
  }

  #put(index: number): boolean {
    this.#memo.set(index, this.#top());
    return false;
  }

  #get(index: number): boolean {
    if (!this.#memo.has(index)) throw this.#damaged('a value is used before it is made');
    return this.#push(this.#memo.get(index));
  }

  #global(module: unknown, name: unknown): boolean {
    if (typeof module !== 'string' || typeof name !== 'string') throw this.#damaged('a name that is no text');
    const key = `${module}.${name}`;
    const global = this.#rules.globals.get(key);
    if (global === undefined) {
      const shown = key.length > MAX_NAME_LENGTH ? `${key.slice(0, MAX_NAME_LENGTH)}…` : key;
      throw this.#refused(`the Python object "${shown}"`);
    }
    return this.#push(global);
  }

  #reduce(): boolean {
    const [callable, args] = this.#popMany(2);
    if (!this.#callables.has(callable)) throw this.#refused('a call of something that is not a function');
    const global = callable as PickleGlobal;
    if (global.call === undefined || !Array.isArray(args)) throw this.#refused(`a call of "${global.name}"`);
    const made = global.call(args);
    // A dict may be made of the same pairs again and again.
    if (made instanceof Map) this.#values += made.size;
    return this.#push(made);
  }

  /** BUILD sets attributes. Only an OrderedDict has any here (`_metadata`, the versions of the layers): not needed. */
  #build(): boolean {
    this.#pop();
    if (!(this.#top() instanceof Map)) throw this.#refused('an object with attributes');
    return false;
  }

  #long(length: number): number | bigint {
    if (length > MAX_LONG_BYTES) throw this.#refused(`a whole number of ${length} bytes`);
    let value = 0n;
    const bytes = this.#reader.bytes(length);
    for (const [i, byte] of bytes.entries()) value |= BigInt(byte) << BigInt(8 * i);
    const signed = BigInt.asIntN(8 * length, value);
    const number = Number(signed);
    return Number.isSafeInteger(number) ? number : signed;
  }

  #refused(what: string): UserError {
    return new UserError(
      `${this.#reader.fileName} holds ${what}, which does not belong in a state dict; nothing in the file was executed: save it again with torch.save(model.state_dict(), path).`,
    );
  }

  #damaged(reason: string): UserError {
    return new UserError(`${this.#reader.fileName} is damaged (${reason}): take a fresh copy of it.`);
  }
}
