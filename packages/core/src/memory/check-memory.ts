import type { OpenBackend } from '../backends/backend.ts';
import { messageOf, UserError } from '../errors.ts';
import { INSTAGAN_SETTINGS, shortestSidePx } from '../models/instagan/settings.ts';
import type { TrainingConfig } from '../models/training-config.ts';
import { type AvailableMemory, availableMemory, WASM_HEAP_BYTES } from './available-memory.ts';
import { type NeededMemory, neededMemory } from './needed-memory.ts';
import { type SizeConfig, type StepTensors, stepTensors } from './step-tensors.ts';

/** What a training needs, before its first step. */
export interface MemoryCheck {
  /** Null if the forecast does not know an operation of the model. */
  readonly needed: NeededMemory | null;
  readonly available: AvailableMemory;
  /** One sentence, such as `about 1.2 GiB of RAM of 16 GiB, 0.9 GiB of it on the wasm heap of 4 GiB`. */
  readonly summary: string;
  /** One sentence if memory may run out, or if the need is unknown. */
  readonly warning?: string;
}

/** Estimates are within some tenths of what is measured: beyond this share of what there is, a user is warned. */
const TIGHT = 0.85;
/** Smallest side that a training takes, and what sides are multiples of. */
const { min: MIN_SIDE_PX, multipleOf: SIDE_STEP_PX = 1 } = INSTAGAN_SETTINGS.rows.size;

/**
 * Finds out, before the first step, whether a training fits in the memory of this machine and of its backend.
 *
 * @param backend is open
 * @throws UserError if it does not fit, with the largest size, batch and width of the networks that do
 */
export async function checkMemory(
  config: TrainingConfig,
  backend: Pick<OpenBackend, 'name' | 'gpu' | 'software'>,
  available: AvailableMemory = availableMemory(backend),
): Promise<MemoryCheck> {
  const need = async (sizes: SizeConfig) =>
    neededMemory(backend.name, await stepTensors(sizes, backend.gpu), backend.software);
  const tensors = await stepTensors(config, backend.gpu).catch((error: unknown) => messageOf(error));
  // A failed forecast is no reason to refuse a training.
  if (typeof tensors === 'string') {
    const warning = `The memory that this training needs is unknown (${tensors}): lower --size or --batch if it runs out.`;
    return { needed: null, available, summary: 'not known', warning };
  }
  const needed = neededMemory(backend.name, tensors, backend.software);
  const lack = lackOf(needed, available, backend.name);
  if (lack !== undefined) {
    const fits = async (sizes: SizeConfig) => lackOf(await need(sizes), available, backend.name) === undefined;
    const otherBackend = backend.name === 'node' && fitsOnWasm(tensors, available) ? '--backend wasm' : undefined;
    throw new UserError(`This training needs ${lack}: ${await waysToFit(config, fits, otherBackend)}.`);
  }
  const summary = describe(needed, available, backend.name);
  const tight = tightness(needed, available, backend.name);
  return tight === undefined ? { needed, available, summary } : { needed, available, summary, warning: tight };
}

/** Whether it fits on the backend that takes the least memory. */
function fitsOnWasm(tensors: StepTensors, { ramBytes, freeRamBytes }: AvailableMemory): boolean {
  const needed = neededMemory('wasm', tensors, false);
  return lackOf(needed, { ramBytes, freeRamBytes, deviceBytes: WASM_HEAP_BYTES }, 'wasm') === undefined;
}

/** What there is too little of, as the end of a sentence. */
export function lackOf(needed: NeededMemory, available: AvailableMemory, backend: string): string | undefined {
  const { deviceBytes, tensorBytes, ramBytes } = available;
  if (deviceBytes !== undefined && needed.deviceBytes > deviceBytes) {
    return `about ${size(needed.deviceBytes)} of ${placeOf(backend)}, which has ${size(deviceBytes)}`;
  }
  if (tensorBytes !== undefined && needed.largestTensorBytes > tensorBytes) {
    return `a tensor of ${size(needed.largestTensorBytes)}, and this GPU allows up to ${size(tensorBytes)}`;
  }
  if (needed.ramBytes > ramBytes) {
    return `about ${size(needed.ramBytes)} of RAM, and there is ${size(ramBytes)}`;
  }
  return undefined;
}

function tightness(needed: NeededMemory, available: AvailableMemory, backend: string): string | undefined {
  const { deviceBytes, freeRamBytes } = available;
  const advice = 'if it fails, lower --size, --batch, --ngf and --ndf, or --instances-per-chunk';
  if (deviceBytes !== undefined && needed.deviceBytes > TIGHT * deviceBytes) {
    return `This training needs about ${size(needed.deviceBytes)} of the ${size(deviceBytes)} of ${placeOf(backend)}: ${advice}.`;
  }
  if (needed.ramBytes > TIGHT * freeRamBytes) {
    return `This training needs about ${size(needed.ramBytes)} of RAM, and ${size(freeRamBytes)} are free: end other programs, or ${advice}.`;
  }
  return undefined;
}

/**
 * The settings, each changed alone, with which it fits.
 *
 * @param otherBackend the flag of another backend that it fits on as it is
 */
async function waysToFit(
  config: TrainingConfig,
  fits: (sizes: SizeConfig) => Promise<boolean>,
  otherBackend: string | undefined,
): Promise<string> {
  const { size: full, batch, ngf, ndf, discriminatorLayers, instancesPerChunk } = config;
  const scaled = (steps: number) => {
    const shorter = Math.min(full.height, full.width);
    const side = (px: number) => Math.floor((px * steps * SIDE_STEP_PX) / shorter / SIDE_STEP_PX) * SIDE_STEP_PX;
    return { height: side(full.height), width: side(full.width) };
  };
  const sideSteps = Math.min(full.height, full.width) / SIDE_STEP_PX;
  const leastPx = Math.max(MIN_SIDE_PX, shortestSidePx(discriminatorLayers));
  const steps = await largest(leastPx / SIDE_STEP_PX, sideSteps, (each) => fits({ ...config, size: scaled(each) }));
  const images = await largest(1, batch, (each) => fits({ ...config, batch: each }));
  const width = (channels: number) => ({ ngf: channels, ndf: Math.max(1, Math.round((ndf * channels) / ngf)) });
  const channels = await largest(1, ngf, (each) => fits({ ...config, ...width(each) }));
  const chunk = await largest(1, instancesPerChunk, (each) => fits({ ...config, instancesPerChunk: each }));
  const ways = [
    ...(otherBackend === undefined ? [] : [otherBackend]),
    ...(steps === undefined ? [] : [`--size ${scaled(steps).height}x${scaled(steps).width}`]),
    ...(images === undefined ? [] : [`--batch ${images}`]),
    ...(channels === undefined ? [] : [`--ngf ${channels} --ndf ${width(channels).ndf}`]),
    ...(chunk === undefined ? [] : [`--instances-per-chunk ${chunk}`]),
  ];
  if (ways.length === 0) return 'lower --size, --batch and --ngf together, or choose another --backend';
  return `it fits with ${ways.join(' or ')}`;
}

/** The largest whole number from `least` to below `most` that will do, if all below it do as well. */
async function largest(
  least: number,
  most: number,
  suits: (value: number) => Promise<boolean>,
): Promise<number | undefined> {
  let [good, bad] = [least - 1, Math.ceil(most)];
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (await suits(middle)) good = middle;
    else bad = middle;
  }
  return good < least ? undefined : good;
}

function describe(needed: NeededMemory, available: AvailableMemory, backend: string): string {
  const { deviceBytes, freeRamBytes } = available;
  const ram = `about ${size(needed.ramBytes)} of RAM, ${size(freeRamBytes)} are free`;
  if (needed.deviceBytes === 0) return ram;
  const limit = deviceBytes === undefined ? '' : `, which has ${size(deviceBytes)}`;
  return `${ram}; ${size(needed.deviceBytes)} of ${placeOf(backend)}${limit}`;
}

function placeOf(backend: string): string {
  return backend === 'wasm' ? 'the wasm heap' : "the GPU's memory";
}

function size(bytes: number): string {
  return bytes < 2 ** 30 ? `${Math.ceil(bytes / 2 ** 20)} MiB` : `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}
