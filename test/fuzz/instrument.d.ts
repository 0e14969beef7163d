/** Writes the worker to a file, as a module that counts in `globalThis.__coverage__`. */
export function instrument(file: string): Promise<void>;
