import type { ProgramRunner } from '../programs/program.ts';
import type { DawnToggles } from '../runtime/dawn-toggles.ts';

/** Names that `--backend` takes, besides `auto`. */
export const BACKEND_NAMES = ['webgpu', 'node-gpu', 'node', 'wasm', 'cpu'] as const;

export type BackendName = (typeof BACKEND_NAMES)[number];

export interface BackendOptions {
  /** Threads of the wasm backend, at least 1. @default every core, as far as the backend's pool goes */
  readonly threads?: number;
  /** Ops that are computed by stock TensorFlow.js although this project has a faster kernel for them. @default none */
  readonly stockKernels?: readonly string[];
  /** WebGPU adapter: its index in the list of adapters, or a part of its name, case ignored. @default the best one */
  readonly adapter?: number | string;
  /**
   * `mixed`: convolutions multiply in half precision, on matrix units (tensor cores) where there are any, and sum in
   * float32; everything else, weights and activations among it, stays float32. Only on webgpu. @default 'full'
   */
  readonly precision?: 'full' | 'mixed';
  /**
   * Whether webgpu may measure, once per GPU and driver, which kernels are fastest; takes some seconds, and is kept in
   * the cache folder. GPUs that were measured for this project need none: `always` measures them too. @default true
   */
  readonly tuning?: boolean | 'always';
  /**
   * Whether webgpu, node and node-gpu may record a training step and replay it at later steps, which saves time in JavaScript.
   * @default true
   */
  readonly replay?: boolean;
  /**
   * Switches of Dawn (WebGPU on Node and Bun) that are to differ from {@link DAWN_TOGGLES}; Deno's own WebGPU takes none.
   *
   * @default none
   */
  readonly toggles?: Partial<DawnToggles>;
  /** Receives a sentence for each option that the backend could not follow, such as the number of threads. @default silent */
  readonly log?: (message: string) => void;
}

/**
 * A backend that is open: `tf.getBackend()` names it and tensors live on it. TensorFlow.js calls `node` and `node-gpu`
 * both `tensorflow`; the others have the same name there.
 */
export interface OpenBackend {
  readonly name: BackendName;
  /** What computes, such as `2 threads, SIMD`, `llvmpipe (software)` or `TensorFlow 2.18.0, CPU`. */
  readonly device: string;
  /** Threads that compute, where the backend knows. */
  readonly threads?: number;
  /** Optional abilities in use, such as `simd` or `shader-f16`. */
  readonly features: readonly string[];
  /** True for a GPU interface that is emulated on the CPU. */
  readonly software: boolean;
  /**
   * Whether a GPU computes while the program goes on: a few large operations take less time there than many small ones, and
   * reading a result waits for everything before it.
   */
  readonly gpu: boolean;
  /** Why `auto` chose it; absent for a backend asked for by name. */
  readonly reason?: string;
  /** Records programs and replays them; absent on a backend that gains nothing by it. */
  readonly programs?: ProgramRunner;
  /** Compute dispatches since it was opened, on a backend that records dispatches. */
  readonly dispatches?: () => number;
  /** Frees the backend with all its tensors and threads, so that the process can end. Safe to call twice. */
  close(): Promise<void>;
}

/** What `describe()` says of a backend without leaving it open. */
export type BackendDescription =
  | {
      readonly name: BackendName;
      readonly opens: true;
      readonly device: string;
      readonly threads?: number;
      readonly features: readonly string[];
      readonly software: boolean;
      /** The switches of Dawn, where the backend runs on it. */
      readonly toggles?: DawnToggles;
      /** Further facts, one sentence each, such as the other adapters. */
      readonly notes: readonly string[];
    }
  | {
      readonly name: BackendName;
      readonly opens: false;
      /** One sentence: why it does not open here, and what to do about it. */
      readonly fix: string;
    };

/** One entry of the registry. Loading the module that defines it loads no TensorFlow.js backend. */
export interface Backend {
  readonly name: BackendName;
  /** `auto` tries the highest first. */
  readonly priority: number;
  /** Why `auto` should skip it here, in a few words; undefined if it may be taken. Must be cheap. */
  obstacle(): Promise<string | undefined>;
  /** Whether `auto` may take it: no obstacle. */
  isAvailable(): Promise<boolean>;
  /** @throws UserError with the fix when the backend cannot open here. */
  open(options: BackendOptions): Promise<OpenBackend>;
  /** @param options as for `open()` */
  describe(options: BackendOptions): Promise<BackendDescription>;
}

/** Completes an entry of the registry. */
export function defineBackend(parts: Omit<Backend, 'isAvailable'>): Backend {
  return { ...parts, isAvailable: async () => (await parts.obstacle()) === undefined };
}
