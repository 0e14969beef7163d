/** How a program uses the buffers bound to it, in the order of their bindings in group 0. */
export type BindingKind = 'read' | 'write' | 'parameters';

/** A compute shader. It is compiled when it is first run. */
export interface GpuProgram {
  /** Shown by profilers and in errors. */
  readonly label: string;
  /** WGSL with an entry point `main`. */
  readonly source: string;
  /**
   * `read` is `var<storage, read>`, `write` is `var<storage, read_write>`, `parameters` is `var<uniform>`; bindings are
   * numbered in this order.
   */
  readonly bindings: readonly BindingKind[];
  /** Values of the `override` constants. */
  readonly constants?: Readonly<Record<string, number>>;
}

const BUFFER_TYPES = { read: 'read-only-storage', write: 'storage', parameters: 'uniform' } as const;

/** Bind groups kept per program; training at one size needs a few dozen. */
const MAX_BIND_GROUPS = 1024;

/** A program on a device, with the bind groups it was run with. */
export class CompiledProgram {
  readonly label: string;
  readonly pipeline: GPUComputePipeline;
  readonly #device: GPUDevice;
  readonly #layout: GPUBindGroupLayout;
  readonly #bindGroups = new Map<string, GPUBindGroup>();

  constructor(device: GPUDevice, { label, source, bindings, constants = {} }: GpuProgram) {
    this.label = label;
    this.#device = device;
    this.#layout = device.createBindGroupLayout({
      entries: bindings.map((kind, binding) => ({
        binding,
        visibility: SHADER_STAGE_COMPUTE,
        buffer: { type: BUFFER_TYPES[kind] },
      })),
    });
    this.pipeline = device.createComputePipeline({
      label,
      layout: device.createPipelineLayout({ bindGroupLayouts: [this.#layout] }),
      compute: { module: device.createShaderModule({ label, code: source }), entryPoint: 'main', constants },
    });
  }

  /** @param key tells lists of buffers apart */
  bindGroup(key: string, buffers: readonly GPUBuffer[]): GPUBindGroup {
    const known = this.#bindGroups.get(key);
    if (known !== undefined) return known;
    if (this.#bindGroups.size >= MAX_BIND_GROUPS) this.#bindGroups.clear();
    const group = this.#device.createBindGroup({
      layout: this.#layout,
      entries: buffers.map((buffer, binding) => ({ binding, resource: { buffer } })),
    });
    this.#bindGroups.set(key, group);
    return group;
  }
}

/** `GPUShaderStage.COMPUTE`, which is not defined outside browsers. */
const SHADER_STAGE_COMPUTE = 4;
