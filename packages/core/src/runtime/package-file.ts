import path from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The path of a file that this package ships beside its modules, in a checkout and from npm alike, as a person would type
 * it: relative to the working directory where that is shorter.
 *
 * @param file relative to the package's folder
 */
export function packageFile(file: string): string {
  // Two folders up, both from src/runtime and from the compiled dist/runtime.
  const absolute = fileURLToPath(new URL(`../../${file}`, import.meta.url));
  const relative = path.relative(process.cwd(), absolute);
  return relative.length < absolute.length ? relative : absolute;
}
