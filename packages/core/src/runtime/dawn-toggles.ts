/**
 * Switches of Dawn (the `webgpu` package) that this project sets when it opens a GPU, by Dawn's own names.
 *
 * Adapter toggles decide which features an adapter lists; device toggles decide what Dawn does besides computing. Both go to Dawn when
 * its GPU object is made. Deno and browsers have a WebGPU of their own, which takes none.
 */
export const DAWN_TOGGLES = {
  /** Lists experimental features, subgroup matrices (tensor cores) among them. */
  allow_unsafe_apis: true,
  /** Lists `shader-f16` on NVIDIA under Vulkan, which Dawn hides because some of its conformance tests fail there. */
  vulkan_enable_f16_on_nvidia: true,
  /** Subgroup matrices need the Vulkan memory model; ignored where the driver lacks it. */
  use_vulkan_memory_model: true,
  /** Leaves out the checks of each command. Faulty commands then do what they like instead of failing. */
  skip_validation: false,
  /** Zeroes new buffers before their first use. Nothing here reads what it has not written. */
  lazy_clear_resource_on_first_use: false,
  /** Rounds kernel times to 0.1 ms, which tuning and profiles cannot use. */
  timestamp_quantization: false,
  /** Leaves out what keeps accesses inside their buffers. The kernels of this project stay inside by themselves. */
  disable_robustness: false,
} as const satisfies Record<string, boolean>;

export type DawnToggle = keyof typeof DAWN_TOGGLES;

/** Which toggles are on. */
export type DawnToggles = Readonly<Record<DawnToggle, boolean>>;

/** @throws TypeError for a name that is no toggle of this project */
export function dawnToggles(changes: Partial<DawnToggles> = {}): DawnToggles {
  for (const name of Object.keys(changes)) {
    if (!Object.hasOwn(DAWN_TOGGLES, name)) {
      throw new TypeError(`There is no toggle "${name}": use ${Object.keys(DAWN_TOGGLES).join(', ')}.`);
    }
  }
  return { ...DAWN_TOGGLES, ...changes };
}

/** The options of Dawn's `create()` that set the toggles. */
export function toggleOptions(toggles: DawnToggles): string[] {
  const names = (on: boolean) =>
    Object.entries(toggles)
      .filter(([, value]) => value === on)
      .map(([name]) => name);
  return [`enable-dawn-features=${names(true)}`, `disable-dawn-features=${names(false)}`].filter(
    (option) => !option.endsWith('='),
  );
}
