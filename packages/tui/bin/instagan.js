#!/usr/bin/env node
import { existsSync } from 'node:fs';

/** A package from npm carries `dist`; a checkout runs its TypeScript as it is. */
const source = new URL('../src/main.ts', import.meta.url);
const built = new URL('../dist/main.js', import.meta.url);
const isSource = existsSync(source);

const runsTypeScript = 'bun' in process.versions || 'deno' in process.versions;
if (isSource && !runsTypeScript) {
  const { register } = await import('tsx/esm/api');
  register();
}
const { main } = await import((isSource ? source : built).href);
process.exitCode = await main(process.argv.slice(2));
