import os from 'node:os';
import path from 'node:path';

/** Where builds and downloads are kept between runs: `INSTAGAN_CACHE`, else `~/.cache/instagan`. */
export function cacheFolder(): string {
  return process.env.INSTAGAN_CACHE || path.join(os.homedir(), '.cache', 'instagan');
}
