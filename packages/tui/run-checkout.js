import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { compiledForm } from './compiled-form.js';

const folder = path.dirname(fileURLToPath(import.meta.url));
const entry = path.join(folder, 'src', 'main.ts');

/**
 * Runs the command line from a checkout.
 *
 * @param {string[]} args what follows the command's name
 * @returns {Promise<number>} the exit code
 */
export async function runCheckout(args) {
  const compiled = await compiledForm(entry, path.join(folder, '.cache'), 'main');
  if (compiled === null) {
    const { register } = await import('tsx/esm/api');
    register();
  }
  // For stack traces to name the sources; otherwise it would only take time.
  if (args.includes('--debug')) process.setSourceMapsEnabled(true);
  const { main } = await import(pathToFileURL(compiled ?? entry).href);
  return main(args);
}
