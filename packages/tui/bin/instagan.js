#!/usr/bin/env node
import { existsSync } from 'node:fs';
import nodeModule from 'node:module';

nodeModule.enableCompileCache?.();

/** A package from npm carries `dist`; a checkout has its sources. */
const source = new URL('../src/main.ts', import.meta.url);
const runsTypeScript = 'bun' in process.versions || 'deno' in process.versions;

process.exitCode = await run(process.argv.slice(2));

async function run(args) {
  if (existsSync(source) && !runsTypeScript) {
    const { runCheckout } = await import('../run-checkout.js');
    return runCheckout(args);
  }
  const entry = existsSync(source) ? source : new URL('../dist/main.js', import.meta.url);
  const { main } = await import(entry.href);
  return main(args);
}
