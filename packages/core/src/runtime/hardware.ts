import { existsSync, readdirSync, readFileSync } from 'node:fs';

/**
 * Whether this processor lacks AVX, without which TensorFlow's binaries end the process. Known on Linux only; elsewhere
 * false.
 */
export function lacksAvx(): boolean {
  if (process.platform !== 'linux' || process.arch !== 'x64') return false;
  try {
    return !listsAvx(readFileSync('/proc/cpuinfo', 'utf8'));
  } catch {
    return false;
  }
}

/** @param cpuinfo the text of `/proc/cpuinfo` */
export function listsAvx(cpuinfo: string): boolean {
  return /^flags\s*:.*\bavx\b/m.test(cpuinfo);
}

/** Whether an NVIDIA driver is loaded, as far as a look at the file system tells (Linux, WSL, Windows). */
export function nvidiaDriverPresent(): boolean {
  const traces = ['/dev/nvidiactl', '/proc/driver/nvidia/version', '/dev/dxg', 'C:\\Windows\\System32\\nvcuda.dll'];
  return traces.some((trace) => existsSync(trace));
}

/** Devices of Linux through which GPU drivers work: of Mesa, NVIDIA (Tegra too), WSL, Mali, Adreno and PowerVR. */
const GPU_DEVICE = /^(dri|nvidia\d+|nvhost|nvmap|dxg|mali|kgsl|pvr)/;

/**
 * Whether there may be a GPU, as far as a look at the file system tells: false only where there is surely none. Unlike opening a
 * driver, it makes no driver or loader print to the screen.
 *
 * @param folder of the devices
 */
export function mayHaveGpu(folder = '/dev'): boolean {
  if (process.platform !== 'linux') return true;
  try {
    return readdirSync(folder).some((name) => GPU_DEVICE.test(name));
  } catch {
    return true;
  }
}

const SOFTWARE_DRIVER = /(lvp|swiftshader)[^/]*\.json$/i;

/** Whether a Vulkan driver that computes on the CPU is installed (Linux), without opening it. */
export function softwareVulkanInstalled(env: Readonly<Record<string, string | undefined>> = process.env): boolean {
  const named = env.VK_DRIVER_FILES ?? env.VK_ICD_FILENAMES;
  if (named !== undefined) return named.split(':').some((file) => SOFTWARE_DRIVER.test(file) && existsSync(file));
  return ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/etc/vulkan/icd.d'].some((folder) => {
    try {
      return readdirSync(folder).some((name) => SOFTWARE_DRIVER.test(name));
    } catch {
      return false;
    }
  });
}
