/** Weights and spectral vectors, `<network>.<parameter>`, `<network>.<layer>.u`: all that translation needs. */
export const MODEL_FILE = 'model.safetensors';
/** Averages of the generators' weights, named as in the model; where there are any, translation uses them. */
export const AVERAGES_FILE = 'averages.safetensors';
/** Adam's moments, `<network>.<parameter>.m` and `.v`. */
export const OPTIMIZER_FILE = 'optimizer.safetensors';
/** The image pools, `poolA.<index>.image` and `.masks`. */
export const POOLS_FILE = 'pools.safetensors';
