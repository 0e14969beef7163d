import { type DawnToggles, toggleOptions } from './dawn-toggles.ts';

/** The parts of WebGPU that this project uses itself; TensorFlow.js uses the rest. */
export interface GpuAdapter {
  readonly features: ReadonlySet<string>;
  readonly limits: Readonly<Record<string, number>>;
  readonly info: {
    readonly vendor: string;
    readonly architecture: string;
    readonly device: string;
    readonly description: string;
    readonly isFallbackAdapter?: boolean;
    readonly subgroupMinSize?: number;
    readonly subgroupMaxSize?: number;
    /** Matrix products that a subgroup computes in one instruction, of M x K by K x N values (Dawn). */
    readonly subgroupMatrixConfigs?: Iterable<{
      readonly componentType: string;
      readonly resultComponentType: string;
      readonly M: number;
      readonly N: number;
      readonly K: number;
    }>;
  };
  requestDevice(descriptor: { requiredFeatures: string[]; requiredLimits: Record<string, number> }): Promise<GpuDevice>;
}

export interface GpuDevice {
  readonly features: ReadonlySet<string>;
  readonly lost: Promise<{ readonly reason: string; readonly message: string }>;
  onuncapturederror: ((event: { readonly error: { readonly message: string } }) => void) | null;
  destroy(): void;
}

interface Gpu {
  requestAdapter(options?: {
    powerPreference?: 'high-performance' | 'low-power';
    forceFallbackAdapter?: boolean;
  }): Promise<GpuAdapter | null>;
}

interface DawnPackage {
  create(options: string[]): Gpu;
  readonly globals: Record<string, unknown>;
}

/** A WebGPU implementation found on this machine. */
export interface GpuHost {
  /** The toggles it was given; undefined for one that takes none. */
  readonly toggles: DawnToggles | undefined;
  /** Names of all adapters, the one that WebGPU itself prefers not necessarily first. */
  adapterNames(): Promise<string[]>;
  /**
   * @param index into `adapterNames()`; without it, the most powerful adapter
   * @returns null when there is none
   */
  requestAdapter(index?: number): Promise<GpuAdapter | null>;
  /** Defines what TensorFlow.js looks up on `globalThis`. */
  provideGlobals(): void;
  /** Ends all use of it: takes the globals away. */
  release(): void;
}

/**
 * The WebGPU of this runtime: `navigator.gpu` where there is one (Deno, browsers), else the `webgpu` package (Dawn).
 *
 * @param toggles for Dawn
 * @returns undefined when neither is there
 */
export async function findGpuHost(toggles: DawnToggles): Promise<GpuHost | undefined> {
  const { navigator } = globalThis as { navigator?: { gpu?: Gpu } };
  if (navigator?.gpu) return navigatorHost(navigator.gpu);
  const dawn = await loadDawn();
  return dawn && dawnHost(dawn, toggles);
}

async function loadDawn(): Promise<DawnPackage | undefined> {
  try {
    return (await import('webgpu')) as unknown as DawnPackage;
  } catch {
    return undefined;
  }
}

/** WebGPU lists no adapters: they are told apart by what the three kinds of request return. */
function navigatorHost(gpu: Gpu): GpuHost {
  const kinds = [
    { powerPreference: 'high-performance' },
    { powerPreference: 'low-power' },
    { forceFallbackAdapter: true },
  ] as const;
  const distinct = async () => {
    const found = new Map<string, (typeof kinds)[number]>();
    for (const kind of kinds) {
      const adapter = await gpu.requestAdapter(kind);
      if (adapter && !found.has(adapterName(adapter))) found.set(adapterName(adapter), kind);
    }
    return found;
  };
  return {
    toggles: undefined,
    adapterNames: async () => [...(await distinct()).keys()],
    requestAdapter: async (index) =>
      gpu.requestAdapter(index === undefined ? kinds[0] : [...(await distinct()).values()][index]),
    provideGlobals() {},
    release() {},
  };
}

/**
 * Dawn's GPU objects by their options, for as long as the process lives: one that is garbage leaves its promises open, and
 * crashes Node when it still had work in the event loop's queue. They do not keep Node from ending.
 */
const dawnGpus = new Map<string, Gpu>();

function dawnHost({ create, globals }: DawnPackage, toggles: DawnToggles): GpuHost {
  let added: string[] = [];
  const gpuFor = (choice: string[] = []) => {
    const options = [...toggleOptions(toggles), ...choice];
    const key = options.join(';');
    const gpu = dawnGpus.get(key) ?? create(options);
    dawnGpus.set(key, gpu);
    return gpu;
  };
  const list = async () => {
    try {
      // Dawn names all its adapters when asked for one that does not exist.
      await gpuFor(['adapter=:none:']).requestAdapter();
      return [];
    } catch (error) {
      const lines = String(error).matchAll(/^ \* backend: '(.*)', name: '(.*)'$/gm);
      return [...lines].map(([, backend = '', name = '']) => ({ backend, name }));
    }
  };
  return {
    toggles,
    adapterNames: async () => (await list()).map(({ name }) => name),
    async requestAdapter(index) {
      if (index === undefined) return gpuFor().requestAdapter({ powerPreference: 'high-performance' });
      const entry = (await list())[index];
      return entry ? gpuFor([`backend=${entry.backend}`, `adapter=${entry.name}`]).requestAdapter() : null;
    },
    provideGlobals() {
      added = Object.keys(globals).filter((name) => !(name in globalThis));
      for (const name of added) Object.assign(globalThis, { [name]: globals[name] });
    },
    release() {
      for (const name of added) delete (globalThis as Record<string, unknown>)[name];
      added = [];
    },
  };
}

/** What an adapter calls itself; implementations fill different fields. */
export function adapterName({ info }: GpuAdapter): string {
  return info.description || info.device || [info.vendor, info.architecture].filter(Boolean).join(' ') || 'unnamed GPU';
}
