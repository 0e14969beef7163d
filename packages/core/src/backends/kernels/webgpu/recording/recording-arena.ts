import { TENSOR_USAGE } from '../../../../tfjs/webgpu-recorder.ts';
import type { BufferPool } from '../device/buffer-pool.ts';
import { RecordingMemory } from './recording-memory.ts';

/** A tensor may lie in a buffer at most this many times its size. */
const MAX_EXCESS = 2;

/**
 * Memory for the tensors inside recordings. Recordings run one after the other and leave nothing in it, so they share its
 * buffers, which hold no other tensors while a recording uses them.
 */
export class RecordingArena {
  readonly #pool: BufferPool;
  /** All buffers, smallest first, and oldest first among equal ones. */
  readonly #buffers: GPUBuffer[] = [];
  /** How many recordings use each buffer. */
  readonly #users = new Map<GPUBuffer, number>();
  /** Buffers that the current recording does not use now, in the order of `#buffers`. */
  #idle: GPUBuffer[] = [];

  constructor(pool: BufferPool) {
    this.#pool = pool;
  }

  /** Bytes of all buffers. */
  get bytes(): number {
    return bytesOf(this.#buffers);
  }

  /**
   * Memory for the next recording; only one recording is made at a time.
   *
   * @param lasting memory of its state and of what it captured
   */
  open(lasting: readonly GPUBuffer[]): RecordingMemory {
    this.#idle = [...this.#buffers];
    return new RecordingMemory(this.#pool, this, lasting);
  }

  /** The smallest idle buffer that fits and is not much too large, or a new one. */
  acquire(bytes: number): GPUBuffer {
    const place = placeOf(this.#idle, (buffer) => buffer.size >= bytes);
    const fitting = this.#idle[place];
    if (fitting !== undefined && fitting.size <= MAX_EXCESS * bytes) {
      this.#idle.splice(place, 1);
      return fitting;
    }
    const buffer = this.#pool.acquireBuffer(bytes, TENSOR_USAGE);
    this.#insert(this.#buffers, buffer);
    return buffer;
  }

  release(buffer: GPUBuffer): void {
    this.#insert(this.#idle, buffer);
  }

  /** Counts a recording among the users of a buffer. */
  retain(buffer: GPUBuffer): void {
    this.#users.set(buffer, (this.#users.get(buffer) ?? 0) + 1);
  }

  /** Ends what {@link retain} began; without users, a buffer goes back to the pool. */
  drop(buffer: GPUBuffer): void {
    const users = (this.#users.get(buffer) as number) - 1;
    if (users > 0) this.#users.set(buffer, users);
    else {
      this.forget(buffer);
      this.#pool.releaseBuffer(buffer);
    }
  }

  /** Leaves a buffer to the tensor in it. */
  forget(buffer: GPUBuffer): void {
    this.#users.delete(buffer);
    this.#buffers.splice(this.#buffers.indexOf(buffer), 1);
  }

  #insert(sorted: GPUBuffer[], buffer: GPUBuffer): void {
    const id = this.#pool.idOf(buffer);
    const place = placeOf(
      sorted,
      (other) => other.size > buffer.size || (other.size === buffer.size && this.#pool.idOf(other) > id),
    );
    sorted.splice(place, 0, buffer);
  }
}

export function bytesOf(buffers: Iterable<GPUBuffer>): number {
  let bytes = 0;
  for (const { size } of buffers) bytes += size;
  return bytes;
}

/** The first place whose buffer is beyond what is looked for; all after it are too. */
function placeOf(sorted: readonly GPUBuffer[], isBeyond: (buffer: GPUBuffer) => boolean): number {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBeyond(sorted[middle] as GPUBuffer)) high = middle;
    else low = middle + 1;
  }
  return low;
}
