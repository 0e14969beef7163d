// For @tensorflow/tfjs-backend-webgpu 4.22.0.
// Why: its backend checks that `navigator.gpu` is there even if it is handed a device.
// Without it: the webgpu backend does not open in Node and Bun.

/** Runs `construct` while `navigator.gpu` is truthy. A real GPU object on `navigator` would keep Node from ending. */
export function withNavigatorGpu<T>(construct: () => T): T {
  const globals = globalThis as { navigator?: { gpu?: unknown } };
  if (globals.navigator?.gpu) return construct();
  const placeholder = { configurable: true, value: {} };
  if (globals.navigator) {
    const { navigator } = globals;
    Object.defineProperty(navigator, 'gpu', placeholder);
    try {
      return construct();
    } finally {
      delete navigator.gpu;
    }
  }
  Object.defineProperty(globals, 'navigator', { configurable: true, value: { gpu: {} } });
  try {
    return construct();
  } finally {
    delete globals.navigator;
  }
}
