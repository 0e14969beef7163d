import { existsSync } from 'node:fs';

/** Whether an NVIDIA driver is loaded, as far as a look at the file system tells (Linux, WSL, Windows). */
export function nvidiaDriverPresent(): boolean {
  const traces = ['/dev/nvidiactl', '/proc/driver/nvidia/version', '/dev/dxg', 'C:\\Windows\\System32\\nvcuda.dll'];
  return traces.some((trace) => existsSync(trace));
}
