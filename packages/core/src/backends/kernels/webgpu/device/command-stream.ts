import { observeDispatches } from '../../../../tfjs/webgpu-dispatches.ts';
import type { BufferSource, TfjsRecorder } from '../../../../tfjs/webgpu-recorder.ts';
import { withRedirectedCommands } from '../../../../tfjs/webgpu-redirection.ts';
import { CommandLog, type Copy, type Dispatch, type Section } from './command-log.ts';

/** Dispatches in a submission: enough to keep submissions few, and not so many that the GPU waits for a whole step. */
const DISPATCHES_PER_SUBMIT = 128;

/** The error of a program that reads a tensor which may hold something else when the program is replayed. */
export const FOREIGN_TENSOR = 'A program uses a tensor that is neither an input nor part of its state.';

/** Where the tensors of a recording lie while it is made. */
export interface RecordedMemory extends BufferSource {
  /** Whether a buffer holds a constant, which must not be overwritten. */
  isConstant(buffer: GPUBuffer): boolean;
  /** @throws Error if a buffer holds something that may differ when the recording is replayed */
  check(buffer: GPUBuffer): void;
}

/** Sends commands to the GPU, in order with those of tfjs's own operations. */
export class CommandStream {
  readonly #recorder: TfjsRecorder;
  readonly #device: GPUDevice;
  #dispatches = 0;
  /** Memory of the recording that is being made. */
  #recording: RecordedMemory | null = null;

  constructor(recorder: TfjsRecorder) {
    this.#recorder = recorder;
    this.#device = recorder.device;
    observeDispatches(recorder, () => {
      this.#dispatches++;
    });
  }

  /** Dispatches since the start, including those of stock operations. */
  get dispatches(): number {
    return this.#dispatches;
  }

  /** Whether `tf.time` measures each dispatch. */
  get timing(): boolean {
    return this.#recorder.activeTimers != null;
  }

  /** Where the memory of tensors comes from now. */
  get memory(): BufferSource {
    return this.#recorder.bufferManager;
  }

  /** The memory of a tensor; uploads its values if they are not on the GPU yet. */
  bufferOf(dataId: object): GPUBuffer {
    const data = this.#recorder.tensorMap.get(dataId);
    if (data.resource == null) this.#recorder.uploadToGPU(dataId);
    const buffer = data.resource as GPUBuffer;
    this.#recording?.check(buffer);
    return buffer;
  }

  /** Whether a buffer holds a constant of the current recording, which must not be overwritten. */
  isConstant(buffer: GPUBuffer): boolean {
    return this.#recording?.isConstant(buffer) ?? false;
  }

  /** @param label shown by `tf.time` */
  dispatch({ pipeline, bindGroup, x, y, z }: Dispatch, label: string): void {
    const recorder = this.#recorder;
    const { timing } = this;
    if (timing) this.#beginTimedPass();
    const pass = this.#openPass();
    pass.setPipeline(pipeline);
    pass.setBindGroup(0, bindGroup);
    pass.dispatchWorkgroups(x, y, z);
    this.#count();
    if (timing) {
      recorder.endComputePassEncoder();
      recorder.activeTimers!.push({ name: label, query: recorder.getQueryTime() });
    }
  }

  copy({ from, to, bytes }: Copy): void {
    const recorder = this.#recorder;
    recorder.ensureCommandEncoderReady();
    recorder.endComputePassEncoder();
    recorder.commandEncoder!.copyBufferToBuffer(from, 0, to, 0, bytes);
  }

  /** Submits the commands so far. */
  submit(): void {
    this.#recorder.endComputePassEncoder();
    if (this.#recorder.commandEncoder !== null) this.#recorder.submitQueue();
  }

  /**
   * Records the commands of `work`, with its tensors in `memory`, and does not run them.
   *
   * @throws Error if `work` uses older tensors that `memory` does not know
   */
  record(memory: RecordedMemory, work: () => void): readonly Section[] {
    this.submit();
    const log = new CommandLog();
    const dispatches = this.#dispatches;
    this.#recording = memory;
    try {
      withRedirectedCommands(
        this.#recorder,
        {
          encoder: log.encoder,
          memory,
          onUse: (dataId) => this.bufferOf(dataId),
          onForeignUpload: () => {
            throw new Error(FOREIGN_TENSOR);
          },
        },
        work,
      );
    } finally {
      this.#recording = null;
      this.#dispatches = dispatches;
    }
    return log.sections;
  }

  /** Runs recorded commands. */
  replay(sections: readonly Section[]): void {
    const recorder = this.#recorder;
    for (const { copies, dispatches } of sections) {
      for (const copy of copies) this.copy(copy);
      let pass: GPUComputePassEncoder | undefined;
      let pipeline: GPUComputePipeline | undefined;
      for (const dispatch of dispatches) {
        if (pass !== recorder.computePassEncoder || pass === undefined) {
          pass = this.#openPass();
          pipeline = undefined;
        }
        if (dispatch.pipeline !== pipeline) pass.setPipeline(dispatch.pipeline);
        pipeline = dispatch.pipeline;
        pass.setBindGroup(0, dispatch.bindGroup);
        pass.dispatchWorkgroups(dispatch.x, dispatch.y, dispatch.z);
        this.#count();
      }
    }
  }

  #openPass(): GPUComputePassEncoder {
    const recorder = this.#recorder;
    recorder.ensureCommandEncoderReady();
    recorder.computePassEncoder ??= recorder.commandEncoder!.beginComputePass();
    return recorder.computePassEncoder;
  }

  #beginTimedPass(): void {
    const recorder = this.#recorder;
    recorder.ensureCommandEncoderReady();
    recorder.endComputePassEncoder();
    if (!recorder.supportTimestampQuery) return;
    recorder.querySet ??= this.#device.createQuerySet({ type: 'timestamp', count: recorder.querySetCount });
    recorder.computePassEncoder = recorder.commandEncoder!.beginComputePass({
      timestampWrites: { querySet: recorder.querySet, beginningOfPassWriteIndex: 0, endOfPassWriteIndex: 1 },
    });
  }

  #count(): void {
    const recorder = this.#recorder;
    this.#dispatches++;
    recorder.dispatchCountInPass++;
    if (recorder.dispatchCountInPass >= DISPATCHES_PER_SUBMIT && !this.timing) this.submit();
  }
}
