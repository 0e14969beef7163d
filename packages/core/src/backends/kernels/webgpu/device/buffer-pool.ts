/** Idle bytes that the pool always keeps. */
const KEPT_IDLE_BYTES = 512 * 2 ** 20;
/** The pool frees idle memory only before it makes a buffer of at least this size. */
const MIN_TRIMMING_BYTES = 2 ** 16;

interface Entry {
  readonly id: number;
  readonly bytes: number;
  readonly usage: number;
  readonly reusable: boolean;
  /** Value of the pool's clock when it became idle. */
  idleSince: number;
}

/**
 * The buffers of the backend, in place of tfjs's own manager. Among idle buffers of a size it hands out the oldest, so that
 * steps of equal shapes get the same buffers and find what is cached for them. It frees memory when more is idle than in
 * use.
 */
export class BufferPool {
  numBytesUsed = 0;
  numBytesAllocated = 0;
  readonly #device: GPUDevice;
  readonly #submit: () => void;
  readonly #entries = new Map<GPUBuffer, Entry>();
  readonly #foreignIds = new WeakMap<GPUBuffer, number>();
  /** Idle buffers by usage and size, the oldest last. */
  readonly #idle = new Map<number, GPUBuffer[]>();
  #nextId = 0;
  #clock = 0;

  /** @param submit sends off all recorded commands, after which idle buffers may be destroyed */
  constructor(device: GPUDevice, submit: () => void) {
    this.#device = device;
    this.#submit = submit;
  }

  /**
   * @param mapped the buffer is mapped if it is made for this call; an idle one is not
   * @param reuse whether the buffer may have been used before and may be used again
   */
  acquireBuffer(bytes: number, usage: number, mapped = false, reuse = true): GPUBuffer {
    const idle = reuse ? this.#idleOf(bytes, usage).pop() : undefined;
    this.numBytesUsed += bytes;
    if (idle !== undefined) return idle;
    if (bytes >= MIN_TRIMMING_BYTES) this.#trim();
    const buffer = this.#device.createBuffer({ size: bytes, usage, mappedAtCreation: mapped });
    this.#entries.set(buffer, { id: this.#nextId++, bytes, usage, reusable: reuse, idleSince: 0 });
    this.numBytesAllocated += bytes;
    return buffer;
  }

  releaseBuffer(buffer: GPUBuffer, reuse = true): void {
    const entry = this.#entries.get(buffer);
    if (entry === undefined) throw new Error('The buffer is not of this pool.');
    this.numBytesUsed -= entry.bytes;
    if (!reuse || !entry.reusable) {
      this.#destroy(buffer, entry);
      return;
    }
    entry.idleSince = this.#clock++;
    const idle = this.#idleOf(entry.bytes, entry.usage);
    let place = idle.length;
    while (place > 0 && this.idOf(idle[place - 1] as GPUBuffer) < entry.id) place--;
    idle.splice(place, 0, buffer);
  }

  /** A number that no other buffer has or will have. */
  idOf(buffer: GPUBuffer): number {
    const id = this.#entries.get(buffer)?.id ?? this.#foreignIds.get(buffer);
    if (id !== undefined) return id;
    const foreign = this.#nextId++;
    this.#foreignIds.set(buffer, foreign);
    return foreign;
  }

  dispose(): void {
    for (const [buffer, entry] of this.#entries) this.#destroy(buffer, entry);
    this.#idle.clear();
    this.numBytesUsed = 0;
  }

  /** Destroys buffers that have been idle for longest, until no more is idle than in use. */
  #trim(): void {
    if (this.#surplus() <= 0) return;
    this.#submit();
    const idle = [...this.#idle.values()].flat();
    const since = (buffer: GPUBuffer) => this.#entries.get(buffer)!.idleSince;
    idle.sort((a, b) => since(a) - since(b));
    for (const buffer of idle) {
      if (this.#surplus() <= 0) break;
      const entry = this.#entries.get(buffer)!;
      const siblings = this.#idleOf(entry.bytes, entry.usage);
      siblings.splice(siblings.indexOf(buffer), 1);
      this.#destroy(buffer, entry);
    }
  }

  /** Idle bytes beyond what may be kept. */
  #surplus(): number {
    return this.numBytesAllocated - this.numBytesUsed - Math.max(this.numBytesUsed, KEPT_IDLE_BYTES);
  }

  #destroy(buffer: GPUBuffer, entry: Entry): void {
    this.#entries.delete(buffer);
    this.numBytesAllocated -= entry.bytes;
    buffer.destroy();
  }

  #idleOf(bytes: number, usage: number): GPUBuffer[] {
    // Usages are a few bits, sizes below 2 ** 40: together exact in a number.
    const key = usage * 2 ** 40 + bytes;
    let buffers = this.#idle.get(key);
    if (buffers === undefined) {
      buffers = [];
      this.#idle.set(key, buffers);
    }
    return buffers;
  }
}
