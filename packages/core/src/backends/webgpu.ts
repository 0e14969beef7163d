import * as tf from '@tensorflow/tfjs';
import type { WebGPUBackend } from '@tensorflow/tfjs-backend-webgpu';
import { messageOf, UserError } from '../errors.ts';
import { dawnToggles } from '../runtime/dawn-toggles.ts';
import { adapterName, findGpuHost, type GpuAdapter, type GpuDevice, type GpuHost } from '../runtime/gpu-host.ts';
import { mayHaveGpu, softwareVulkanInstalled } from '../runtime/hardware.ts';
import { failReads } from '../tfjs/failing-reads.ts';
import { withNavigatorGpu } from '../tfjs/navigator-gpu.ts';
import {
  type Backend,
  type BackendDescription,
  type BackendOptions,
  defineBackend,
  type OpenBackend,
} from './backend.ts';
import { setUpConvolutions } from './kernels/webgpu/convolution/convolution-setup.ts';
import { listedMatrixUnit } from './kernels/webgpu/convolution/matrix-units.ts';
import { Dispatcher } from './kernels/webgpu/device/dispatcher.ts';
import { ProgramRecorder } from './kernels/webgpu/recording/program-recorder.ts';
import { registerWebgpuKernels } from './kernels/webgpu/register-webgpu-kernels.ts';

/** Asked for where the adapter lists them: half precision, subgroups, tensor cores, kernel times. */
const WANTED_FEATURES = ['shader-f16', 'subgroups', 'chromium-experimental-subgroup-matrix', 'timestamp-query'];

/** Asked for at the adapter's maximum; the defaults stop at 128 MiB a binding and 256 invocations a workgroup. */
const WANTED_LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupSizeX',
  'maxComputeWorkgroupSizeY',
  'maxComputeWorkgroupSizeZ',
  'maxComputeWorkgroupsPerDimension',
];

/** TensorFlow.js on WebGPU: any GPU with a Vulkan, Metal or Direct3D 12 driver. Read tensors with `await data()` only. */
export const webgpuBackend: Backend = defineBackend({
  name: 'webgpu',
  priority: 5,
  async obstacle() {
    const host = await findGpuHost(dawnToggles());
    // Where there is surely no GPU no driver is opened: it would print to the screen, and nobody asked for it by name.
    if (host === undefined || !mayHaveGpu()) {
      host?.release();
      return host !== undefined && softwareVulkanInstalled() ? 'only a software adapter' : 'no GPU adapter';
    }
    const adapter = await host.requestAdapter();
    host.release();
    if (!adapter) return 'no GPU adapter';
    return isSoftware(adapter) ? 'only a software adapter' : undefined;
  },
  open: openWebgpu,
  describe,
});

async function openWebgpu(options: BackendOptions): Promise<OpenBackend> {
  const host = await gpuHost(options);
  try {
    return await openOn(host, options);
  } catch (error) {
    host.release();
    throw error;
  }
}

async function openOn(host: GpuHost, options: BackendOptions): Promise<OpenBackend> {
  const adapter = await chooseAdapter(host, options);
  const device = await requestDevice(adapter);
  host.provideGlobals();
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  const backend = withNavigatorGpu(
    () => new WebGPUBackend(device as never, adapter.info as ConstructorParameters<typeof WebGPUBackend>[1]),
  );
  const software = isSoftware(adapter);
  if (software) options.log?.(`The WebGPU adapter is emulated on the CPU (${adapterName(adapter)}): it is very slow.`);
  let closed = false;
  reportFailures(backend, device, adapterName(adapter), () => closed);
  tf.registerBackend('webgpu', () => backend, webgpuBackend.priority);
  await tf.setBackend('webgpu');
  const dispatcher = new Dispatcher(backend);
  const { stockKernels = [], precision = 'full', tuning = true, replay = true, log } = options;
  const convolutions = await setUpConvolutions(dispatcher, {
    ...{ adapter, software, precision, tuning, log },
    toggles: host.toggles,
  });
  const kernels = registerWebgpuKernels(dispatcher, { except: stockKernels, convolutions });

  return {
    name: 'webgpu',
    device: `${deviceName(adapter)}${convolutions.products === 'f16' ? ', mixed precision' : ''}`,
    features: grantedFeatures(device),
    software,
    gpu: true,
    ...(replay ? { programs: new ProgramRecorder(dispatcher) } : {}),
    dispatches: () => dispatcher.stream.dispatches,
    async close() {
      if (closed) return;
      closed = true;
      kernels.close();
      if (tf.findBackend('webgpu') === backend) tf.removeBackend('webgpu');
      device.destroy();
      await device.lost;
      host.release();
    },
  };
}

async function describe(options: BackendOptions): Promise<BackendDescription> {
  let host: GpuHost | undefined;
  try {
    host = await gpuHost(options);
    const adapter = await chooseAdapter(host, options);
    const device = await requestDevice(adapter);
    const features = grantedFeatures(device);
    device.destroy();
    const names = await host.adapterNames();
    const { toggles } = host;
    const software = isSoftware(adapter);
    const notes = [
      ...(names.length > 1 ? [`Adapters: ${listAdapters(names)}.`] : []),
      noteOnPrecision(adapter, toggles !== undefined),
    ];
    return {
      ...{ name: 'webgpu', opens: true, device: deviceName(adapter), features, software, notes },
      ...(toggles && { toggles }),
    };
  } catch (error) {
    if (error instanceof UserError) return { name: 'webgpu', opens: false, fix: error.message };
    throw error;
  } finally {
    host?.release();
  }
}

/** What `--precision mixed` finds here. @param dawn whether this is Dawn's WebGPU, which lists all that the driver offers */
function noteOnPrecision(adapter: GpuAdapter, dawn: boolean): string {
  const unit = listedMatrixUnit(adapter);
  if (unit) return `Matrix unit of ${unit.rows}x${unit.columns}x${unit.depth}, for --precision mixed.`;
  const lack = adapter.features.has('shader-f16') ? 'a matrix unit that the kernels can use' : 'shader-f16';
  return dawn
    ? `The adapter lacks ${lack}, which --precision mixed needs to be faster.`
    : `This runtime's own WebGPU lacks ${lack}, which --precision mixed needs to be faster: Node with the package "webgpu" may have it.`;
}

async function gpuHost({ toggles }: BackendOptions): Promise<GpuHost> {
  const host = await findGpuHost(dawnToggles(toggles));
  if (host) return host;
  throw new UserError(
    'The webgpu backend needs the optional package "webgpu", which does not load here: run "npm install webgpu".',
  );
}

async function chooseAdapter(host: GpuHost, { adapter: wanted }: BackendOptions): Promise<GpuAdapter> {
  const index = wanted === undefined ? undefined : findAdapter(await host.adapterNames(), wanted);
  const adapter = await host.requestAdapter(index);
  if (!adapter) throw new UserError(NO_ADAPTER);
  return adapter;
}

const NO_ADAPTER =
  process.platform === 'linux'
    ? "WebGPU finds no GPU: install the Vulkan loader (libvulkan1) and your GPU's Vulkan driver, or, to test without a GPU, run scripts/install-lavapipe.sh."
    : "WebGPU finds no GPU: install your GPU's current graphics driver.";

function findAdapter(names: string[], wanted: number | string): number {
  if (names.length === 0) throw new UserError(NO_ADAPTER);
  const text = String(wanted);
  const index = /^\d+$/.test(text)
    ? Number(text)
    : names.findIndex((name) => name.toLowerCase().includes(text.toLowerCase()));
  if (names[index] === undefined) {
    throw new UserError(`There is no WebGPU adapter "${text}": choose --adapter from ${listAdapters(names)}.`);
  }
  return index;
}

async function requestDevice(adapter: GpuAdapter): Promise<GpuDevice> {
  const { features, limits } = adapter;
  const requiredLimits = Object.fromEntries(
    WANTED_LIMITS.filter((name) => limits[name] !== undefined).map((name) => [name, limits[name]!]),
  );
  try {
    return await adapter.requestDevice({
      requiredFeatures: WANTED_FEATURES.filter((name) => features.has(name)),
      requiredLimits,
    });
  } catch (error) {
    throw new UserError(
      `The GPU ${adapterName(adapter)} does not open (${messageOf(error)}): end other programs that use it, or update its driver.`,
    );
  }
}

/**
 * Makes every read fail with the cause once the device is lost or reports an error (out of memory, a faulty shader), which
 * would otherwise show as zeros or as a read that never ends.
 *
 * @param isClosed whether the backend itself has ended the device
 */
function reportFailures(backend: WebGPUBackend, device: GpuDevice, name: string, isClosed: () => boolean): void {
  let fail: (error: UserError) => void = () => {};
  const failure = new Promise<never>((_resolve, reject) => {
    fail = reject;
  });
  failure.catch(() => {});
  void device.lost.then(({ message }) => {
    if (isClosed()) return;
    const cause = oneLine(message) || 'without a reason';
    fail(
      new UserError(
        `The GPU ${name} was lost (${cause}): go on with --resume, and update its driver if it happens again.`,
      ),
    );
  });
  device.onuncapturederror = ({ error }) => {
    const text = oneLine(error.message);
    fail(
      new UserError(
        error.constructor.name === 'GPUOutOfMemoryError'
          ? `The GPU ${name} is out of memory (${text}): end other programs that use it, or lower --batch, --size or --ngf.`
          : `The GPU ${name} reports: ${text}`,
      ),
    );
  };
  failReads(backend, failure);
}

function grantedFeatures(device: GpuDevice): string[] {
  return WANTED_FEATURES.filter((name) => device.features.has(name));
}

function deviceName(adapter: GpuAdapter): string {
  return isSoftware(adapter) ? `${adapterName(adapter)} (software)` : adapterName(adapter);
}

/** Emulations of a GPU: Mesa's llvmpipe, Google's SwiftShader, Microsoft's WARP. */
function isSoftware(adapter: GpuAdapter): boolean {
  const { info } = adapter;
  return (
    info.isFallbackAdapter === true ||
    info.architecture === 'software' ||
    /llvmpipe|lavapipe|swiftshader|basic render/i.test(adapterName(adapter))
  );
}

function listAdapters(names: string[]): string {
  return names.map((name, index) => `${index} (${name})`).join(', ');
}

function oneLine(text: string): string {
  return text.trim().replaceAll(/\s*\n\s*/g, ' ');
}
