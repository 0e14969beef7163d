import { existsSync, readFileSync } from 'node:fs';

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
