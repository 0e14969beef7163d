/** Weights and spectral vectors, `<network>.<parameter>`, `<network>.<layer>.u`: all that translation needs. */
export const MODEL_FILE = 'model.safetensors';
/** Adam's moments, `<network>.<parameter>.m` and `.v`. */
export const OPTIMIZER_FILE = 'optimizer.safetensors';
/** The image pools, `poolA.<index>.image` and `.masks`. */
export const POOLS_FILE = 'pools.safetensors';
