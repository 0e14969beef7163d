import { FOREIGN_TENSOR, type RecordingMemory } from '../recording/recording-memory.ts';
import { CommandLog, type Copy, type Dispatch, type Section } from './command-log.ts';
import type { BufferSource, TfjsRecorder } from './tfjs-recorder.ts';

/** Dispatches recorded before they are sent off: few submissions, and a GPU that does not wait for the whole step. */
const DISPATCHES_PER_SUBMIT = 128;

/** The commands for the GPU, in one order with those of tfjs's own operations. */
export class CommandStream {
  readonly #recorder: TfjsRecorder;
  readonly #device: GPUDevice;
  #dispatches = 0;
  /** Memory of the recording that is being made. */
  #recording: RecordingMemory | null = null;

  constructor(recorder: TfjsRecorder) {
    this.#recorder = recorder;
    this.#device = recorder.device;
    const record = recorder.recordAndSubmit.bind(recorder);
    recorder.recordAndSubmit = (...call) => {
      this.#dispatches++;
      record(...call);
    };
  }

  /** Dispatches since the start, those of stock operations among them. */
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

  /** Whether memory holds a constant of the recording that is being made: then it must not be overwritten. */
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

  /** Sends off what is recorded. */
  submit(): void {
    this.#recorder.endComputePassEncoder();
    if (this.#recorder.commandEncoder !== null) this.#recorder.submitQueue();
  }

  /**
   * Takes down the commands of `work`, with its tensors in `memory`, and does not run them.
   *
   * @throws Error if `work` uses tensors that were made before and do not lie in what `memory` knows
   */
  record(memory: RecordingMemory, work: () => void): readonly Section[] {
    this.submit();
    const recorder = this.#recorder;
    const { uploadToGPU, tensorToBinding } = recorder;
    const firstId = recorder.nextDataId();
    const log = new CommandLog();
    const meanwhile: Partial<TfjsRecorder> = {
      bufferManager: memory,
      commandEncoder: log.encoder,
      uniformPendingDisposal: [],
      // What is disposed of gives its memory to the next tensor at once: commands are run in their order.
      commandQueueOwnedIds: { has: () => false, add: () => new WeakSet() },
      submitQueue: () => {
        recorder.dispatchCountInPass = 0;
      },
      uploadToGPU: (dataId) => {
        const { values } = recorder.tensorMap.get(dataId);
        if (values != null && (dataId as { id: number }).id < firstId) throw new Error(FOREIGN_TENSOR);
        uploadToGPU.call(recorder, dataId);
      },
      tensorToBinding: (tensor) => {
        this.bufferOf(tensor.dataId);
        return tensorToBinding.call(recorder, tensor);
      },
    };
    const before: Partial<TfjsRecorder> = Object.fromEntries(
      Object.keys(meanwhile).map((name) => [name, recorder[name as keyof TfjsRecorder]]),
    );
    const dispatches = this.#dispatches;
    Object.assign(recorder, meanwhile);
    this.#recording = memory;
    try {
      work();
    } finally {
      recorder.computePassEncoder = null;
      recorder.dispatchCountInPass = 0;
      Object.assign(recorder, before);
      this.#recording = null;
      this.#dispatches = dispatches;
    }
    return log.sections;
  }

  /** Runs commands that were recorded. */
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
