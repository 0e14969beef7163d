import { channelsOf, type FrameFormat, type Rational } from '../frame.ts';
import { FrameMemory } from '../frame-memory.ts';
import type { ByteSource } from './byte-source.ts';
import { FILE_ID, FLAGS, nutChecksum, PACKET_MARK, PIXEL_CODES, START_CODES } from './nut-format.ts';

/** A frame as it comes out of the pipe. */
export interface NutFrame {
  readonly ticks: number;
  readonly data: Uint8Array;
}

/** What a frame code stands for. */
interface FrameCode {
  readonly flags: number;
  readonly ptsDelta: number;
  readonly sizeMultiplier: number;
  readonly sizeLsb: number;
  readonly reservedCount: number;
  readonly headerIndex: number;
}

interface MainHeader {
  readonly timeBases: readonly Rational[];
  readonly codes: readonly FrameCode[];
  /** Bytes with which frames may begin that are not repeated in each. */
  readonly elidedHeaders: readonly Uint8Array[];
}

interface StreamHeader {
  readonly format: FrameFormat;
  readonly msbPtsShift: number;
}

/** Headers have some dozen fields. */
const MAX_PACKET_BYTES = 2 ** 20;
/** Larger frames fit into no memory together with what is computed of them. */
const MAX_FRAME_BYTES = 2 ** 30;

/** The stream is no NUT, or was cut off inside of a frame. */
export class NutError extends Error {}

/** Reads a NUT stream of one track of raw RGB or RGBA frames, as ffmpeg writes it, frame by frame. */
export class NutReader {
  readonly #source: ByteSource;
  readonly #memory: FrameMemory;
  readonly #oneByte = new Uint8Array(1);
  #main: MainHeader | null = null;
  #stream: StreamHeader | null = null;
  #lastTicks = 0;
  /** First byte of the first frame, read with the headers. */
  #pending: number | null = null;

  /** @param memory that of the frames is taken of it */
  constructor(source: ByteSource, memory: FrameMemory = new FrameMemory()) {
    this.#source = source;
    this.#memory = memory;
  }

  /**
   * Reads up to the first frame.
   *
   * @returns null if the stream ends before: there is no frame
   * @throws NutError
   */
  async format(): Promise<FrameFormat | null> {
    const id = new Uint8Array(FILE_ID.length);
    if ((await this.#source.fill(id)) < id.length) return null;
    if (Buffer.from(id).toString('latin1') !== FILE_ID) throw new NutError('the stream does not begin as NUT does');
    this.#pending = await this.#skipPackets(await this.#byte());
    if (this.#pending === null) return null;
    if (this.#stream === null) throw new NutError('a frame came before the headers');
    return this.#stream.format;
  }

  /** @returns the next frame, or null after the last one  @throws NutError if the stream ends inside of a frame */
  async frame(): Promise<NutFrame | null> {
    const first = this.#pending ?? (await this.#byte());
    this.#pending = null;
    const code = await this.#skipPackets(first);
    if (code === null) return null;
    return this.#readFrame(code);
  }

  /** Reads packets, which begin with `N`, up to the code of a frame. */
  async #skipPackets(first: number | null): Promise<number | null> {
    let byte = first;
    while (byte === PACKET_MARK) {
      await this.#readPacket();
      byte = await this.#byte();
    }
    return byte;
  }

  async #readPacket(): Promise<void> {
    const startCode = `4e${Buffer.from(await this.#bytes(7)).toString('hex')}`;
    const size = await this.#number();
    if (size > MAX_PACKET_BYTES) throw new NutError('a header is damaged');
    if (size > 4096) await this.#bytes(4);
    const packet = await this.#bytes(size);
    if (nutChecksum(packet) !== 0) throw new NutError('a header is damaged');
    const fields = new Fields(packet);
    if (startCode === START_CODES.main) this.#main = readMain(fields);
    else if (startCode === START_CODES.stream) this.#stream = readStream(fields, this.#main);
    else if (startCode === START_CODES.syncpoint && this.#main !== null) {
      const { timeBases } = this.#main;
      const stamp = fields.number();
      const base = timeBases[stamp % timeBases.length] as Rational;
      const own = this.#stream?.format.timeBase ?? base;
      const seconds = (Math.floor(stamp / timeBases.length) * base.numerator) / base.denominator;
      this.#lastTicks = Math.floor((seconds * own.denominator) / own.numerator);
    }
  }

  async #readFrame(frameCode: number): Promise<NutFrame> {
    if (this.#main === null || this.#stream === null) throw new NutError('a frame came before the headers');
    const { flags: ownFlags, ...code } = this.#main.codes[frameCode] as FrameCode;
    const flags = ownFlags & FLAGS.coded ? ownFlags ^ (await this.#number()) : ownFlags;
    if (flags & FLAGS.invalid) throw new NutError('a frame is damaged');
    if (flags & FLAGS.streamId) await this.#number();
    const ticks = flags & FLAGS.codedPts ? this.#fullTicks(await this.#number()) : this.#lastTicks + code.ptsDelta;
    const size = code.sizeLsb + (flags & FLAGS.sizeMsb ? code.sizeMultiplier * (await this.#number()) : 0);
    if (flags & FLAGS.matchTime) await this.#number();
    const headerIndex = flags & FLAGS.headerIndex ? await this.#number() : code.headerIndex;
    const reserved = flags & FLAGS.reserved ? await this.#number() : code.reservedCount;
    for (let i = 0; i < reserved; i++) await this.#number();
    if (flags & FLAGS.checksum) await this.#bytes(4);
    const elided = this.#main.elidedHeaders[size > 4096 ? 0 : headerIndex] ?? new Uint8Array(0);
    const { format } = this.#stream;
    if (size !== format.width * format.height * channelsOf(format) || size < elided.length || size > MAX_FRAME_BYTES) {
      throw new NutError(`a frame has ${size} bytes, which is not its size`);
    }
    const data = this.#memory.take(size);
    data.set(elided);
    await this.#fill(data.subarray(elided.length));
    this.#lastTicks = ticks;
    return { ticks, data };
  }

  /** A timestamp may be given by its lowest bits alone, near the last one. */
  #fullTicks(coded: number): number {
    const range = 2 ** (this.#stream as StreamHeader).msbPtsShift;
    if (coded >= range) return coded - range;
    const lowest = this.#lastTicks - Math.floor((range - 1) / 2);
    return lowest + modulo(coded - lowest, range);
  }

  async #number(): Promise<number> {
    for (let value = 0; ; ) {
      const byte = await this.#byte();
      if (byte === null) throw cutShort();
      value = value * 128 + (byte & 127);
      if (value > Number.MAX_SAFE_INTEGER) throw new NutError('a number is too large');
      if (byte < 128) return value;
    }
  }

  /** @returns null at the end */
  async #byte(): Promise<number | null> {
    return (await this.#source.fill(this.#oneByte)) === 0 ? null : (this.#oneByte[0] as number);
  }

  async #bytes(count: number): Promise<Uint8Array> {
    const bytes = new Uint8Array(count);
    await this.#fill(bytes);
    return bytes;
  }

  async #fill(target: Uint8Array): Promise<void> {
    if ((await this.#source.fill(target)) < target.length) throw cutShort();
  }
}

function cutShort(): NutError {
  return new NutError('the stream ends inside of a frame');
}

/** Reads the fields of a packet; beyond its end they throw. */
class Fields {
  readonly #packet: Uint8Array;
  #at = 0;

  constructor(packet: Uint8Array) {
    this.#packet = packet;
  }

  number(): number {
    for (let value = 0; ; ) {
      const byte = this.#packet[this.#at++];
      if (byte === undefined || value > 2 ** 45) throw new NutError('a header is cut short');
      value = value * 128 + (byte & 127);
      if (byte < 128) return value;
    }
  }

  signedNumber(): number {
    const value = this.number() + 1;
    return value % 2 === 1 ? -Math.floor(value / 2) : value / 2;
  }

  bytes(): Uint8Array {
    const size = this.number();
    this.#at += size;
    return this.#packet.subarray(this.#at - size, this.#at);
  }

  rational(): Rational {
    const numerator = this.number();
    return { numerator, denominator: this.number() };
  }
}

function readMain(fields: Fields): MainHeader {
  const version = fields.number();
  if (version > 3) fields.number();
  if (fields.number() !== 1) throw new NutError('it holds more than one track');
  fields.number();
  const timeBases: Rational[] = [];
  for (let left = fields.number(); left > 0; left--) timeBases.push(fields.rational());
  if (timeBases.length === 0) throw new NutError('it has no time base');
  const codes = readFrameCodes(fields);
  const elidedHeaders: Uint8Array[] = [new Uint8Array(0)];
  for (let left = fields.number(); left > 0; left--) elidedHeaders.push(fields.bytes());
  return { timeBases, codes, elidedHeaders };
}

function readFrameCodes(fields: Fields): FrameCode[] {
  const codes: FrameCode[] = [];
  let [ptsDelta, sizeMultiplier, headerIndex] = [0, 1, 0];
  const invalid = {
    flags: FLAGS.invalid,
    ptsDelta: 0,
    sizeMultiplier: 1,
    sizeLsb: 0,
    reservedCount: 0,
    headerIndex: 0,
  };
  while (codes.length < 256) {
    const flags = fields.number();
    const given = fields.number();
    if (given > 0) ptsDelta = fields.signedNumber();
    if (given > 1) sizeMultiplier = fields.number();
    if (given > 2) fields.number();
    const sizeLsb = given > 3 ? fields.number() : 0;
    const reservedCount = given > 4 ? fields.number() : 0;
    const count = given > 5 ? fields.number() : sizeMultiplier - sizeLsb;
    if (given > 6) fields.signedNumber();
    if (given > 7) headerIndex = fields.number();
    for (let extra = 8; extra < given; extra++) fields.number();
    for (let j = 0; j < count && codes.length < 256; ) {
      if (codes.length === PACKET_MARK) codes.push(invalid);
      else codes.push({ flags, ptsDelta, sizeMultiplier, sizeLsb: sizeLsb + j++, reservedCount, headerIndex });
    }
    if (codes.length === PACKET_MARK) codes.push(invalid);
  }
  return codes;
}

function readStream(fields: Fields, main: MainHeader | null): StreamHeader {
  fields.number();
  if (fields.number() !== 0) throw new NutError('its track is no video');
  const code = fields.bytes();
  const timeBase = main?.timeBases[fields.number()];
  if (timeBase === undefined) throw new NutError('its headers are out of order');
  const msbPtsShift = fields.number();
  fields.number();
  fields.number();
  fields.number();
  fields.bytes();
  const [width, height] = [fields.number(), fields.number()];
  const { numerator, denominator } = fields.rational();
  const hasAlpha = PIXEL_CODES.rgba.every((byte, i) => code[i] === byte);
  if (!hasAlpha && !PIXEL_CODES.rgb.every((byte, i) => code[i] === byte)) throw new NutError('its pixels are not RGB');
  const pixelAspect = numerator > 0 && denominator > 0 ? { numerator, denominator } : { numerator: 1, denominator: 1 };
  return { format: { width, height, hasAlpha, timeBase, pixelAspect }, msbPtsShift };
}

function modulo(value: number, range: number): number {
  return ((value % range) + range) % range;
}
