import type { BufferPool } from '../device/buffer-pool.ts';
import { FOREIGN_TENSOR, type RecordedMemory } from '../device/command-stream.ts';
import type { RecordingArena } from './recording-arena.ts';

/** `GPUBufferUsage.MAP_READ` and `UNIFORM`, which are not defined outside browsers. */
const MAP_READ = 0x01;
const UNIFORM = 0x40;

/**
 * The memory of one recording, which takes the place of the pool while it is made. Tensors lie in the arena; uniforms and
 * uploaded constants have buffers of their own, which keep their values as long as the recording exists.
 */
export class RecordingMemory implements RecordedMemory {
  readonly #pool: BufferPool;
  readonly #arena: RecordingArena;
  /** Buffers of the program's state and of what it captured. */
  readonly #lasting: ReadonlySet<GPUBuffer>;
  /** Arena buffers that the recording uses, and those that hold tensors now. */
  readonly #used = new Set<GPUBuffer>();
  readonly #busy = new Set<GPUBuffer>();
  readonly #uniforms = new Set<GPUBuffer>();
  readonly #constants = new Set<GPUBuffer>();

  constructor(pool: BufferPool, arena: RecordingArena, lasting: readonly GPUBuffer[]) {
    this.#pool = pool;
    this.#arena = arena;
    this.#lasting = new Set(lasting);
  }

  get numBytesUsed(): number {
    return this.#pool.numBytesUsed;
  }

  get numBytesAllocated(): number {
    return this.#pool.numBytesAllocated;
  }

  /** Arena buffers that the recording uses. */
  get used(): ReadonlySet<GPUBuffer> {
    return this.#used;
  }

  acquireBuffer(bytes: number, usage: number, mapped = false): GPUBuffer {
    if ((usage & MAP_READ) !== 0) throw new Error('A program reads no values.');
    if (mapped) {
      const constant = this.#pool.acquireBuffer(bytes, usage, true, false);
      this.#constants.add(constant);
      return constant;
    }
    if ((usage & UNIFORM) !== 0) {
      const uniform = this.#pool.acquireBuffer(bytes, usage);
      this.#uniforms.add(uniform);
      return uniform;
    }
    const buffer = this.#arena.acquire(bytes);
    if (!this.#used.has(buffer)) this.#arena.retain(buffer);
    this.#used.add(buffer);
    this.#busy.add(buffer);
    return buffer;
  }

  releaseBuffer(buffer: GPUBuffer, reuse?: boolean): void {
    if (this.#busy.delete(buffer)) this.#arena.release(buffer);
    else if (!this.#isOwn(buffer) && !this.#lasting.has(buffer)) this.#pool.releaseBuffer(buffer, reuse);
  }

  /** Whether a buffer holds a constant, which must not be overwritten. */
  isConstant(buffer: GPUBuffer): boolean {
    return this.#constants.has(buffer);
  }

  /** @throws Error if a buffer holds something that may differ when the recording is replayed */
  check(buffer: GPUBuffer): void {
    if (!this.#busy.has(buffer) && !this.#isOwn(buffer) && !this.#lasting.has(buffer)) {
      throw new Error(FOREIGN_TENSOR);
    }
  }

  /** Whether a tensor lies in the arena now. */
  get isBusy(): boolean {
    return this.#busy.size > 0;
  }

  /** Releases all buffers except those that still hold a tensor; if there are any, no other recording may use the arena. */
  dispose(): void {
    for (const buffer of this.#used) {
      if (this.#busy.has(buffer)) this.#arena.forget(buffer);
      else this.#arena.drop(buffer);
    }
    for (const uniform of this.#uniforms) this.#pool.releaseBuffer(uniform);
    for (const constant of this.#constants) this.#pool.releaseBuffer(constant, false);
  }

  #isOwn(buffer: GPUBuffer): boolean {
    return this.#constants.has(buffer) || this.#uniforms.has(buffer);
  }
}
