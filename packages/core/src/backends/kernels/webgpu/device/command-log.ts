/** A dispatch with all that it needs. */
export interface Dispatch {
  readonly pipeline: GPUComputePipeline;
  readonly bindGroup: GPUBindGroup;
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** A copy of the first bytes of a buffer. */
export interface Copy {
  readonly from: GPUBuffer;
  readonly to: GPUBuffer;
  readonly bytes: number;
}

/** Copies, and the dispatches that follow them in one pass. */
export interface Section {
  readonly copies: Copy[];
  readonly dispatches: Dispatch[];
}

/** Records the commands of a computation instead of sending them to the device. */
export class CommandLog {
  readonly sections: Section[] = [{ copies: [], dispatches: [] }];
  /** Stands in for a command encoder, as far as tfjs's operations and the kernels use one. */
  readonly encoder: GPUCommandEncoder;

  constructor() {
    const encoder: Pick<GPUCommandEncoder, 'beginComputePass' | 'copyBufferToBuffer'> = {
      beginComputePass: () => this.#pass(),
      copyBufferToBuffer: ((from: GPUBuffer, fromOffset: number, to: GPUBuffer, toOffset: number, bytes: number) => {
        if (fromOffset !== 0 || toOffset !== 0) throw new Error('Copies are recorded from the beginning of buffers.');
        this.#copy({ from, to, bytes });
      }) as GPUCommandEncoder['copyBufferToBuffer'],
    };
    this.encoder = encoder as GPUCommandEncoder;
  }

  #copy(copy: Copy): void {
    const last = this.sections.at(-1) as Section;
    if (last.dispatches.length === 0) last.copies.push(copy);
    else this.sections.push({ copies: [copy], dispatches: [] });
  }

  #pass(): GPUComputePassEncoder {
    let pipeline: GPUComputePipeline | undefined;
    let bindGroup: GPUBindGroup | undefined;
    const pass = {
      setPipeline: (next: GPUComputePipeline) => {
        pipeline = next;
      },
      setBindGroup: (_index: number, next: GPUBindGroup) => {
        bindGroup = next;
      },
      dispatchWorkgroups: (x: number, y = 1, z = 1) => {
        if (pipeline === undefined || bindGroup === undefined) throw new Error('A dispatch needs a pipeline.');
        (this.sections.at(-1) as Section).dispatches.push({ pipeline, bindGroup, x, y, z });
      },
      end: () => {},
    };
    return pass as unknown as GPUComputePassEncoder;
  }
}
