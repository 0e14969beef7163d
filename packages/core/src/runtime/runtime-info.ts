import os from 'node:os';

export type RuntimeName = 'node' | 'bun' | 'deno';

/** The JavaScript runtime that executes this program. */
export interface RuntimeInfo {
  readonly name: RuntimeName;
  /** The runtime's own version, such as `20.20.2`. */
  readonly version: string;
  /** Version of Node's interface that it implements; equal to `version` on Node itself. */
  readonly nodeVersion: string;
  /** Such as `linux-x64`. */
  readonly platform: string;
}

interface RuntimeGlobals {
  readonly Bun?: { readonly version: string };
  readonly Deno?: { readonly version: { readonly deno: string } };
}

/** Which runtime this is. Bun and Deno also define `process`, so their own globals are asked first. */
export function runtimeInfo(): RuntimeInfo {
  const { Bun, Deno } = globalThis as RuntimeGlobals;
  const nodeVersion = process.versions.node;
  const platform = `${process.platform}-${process.arch}`;
  if (Bun) return { name: 'bun', version: Bun.version, nodeVersion, platform };
  if (Deno) return { name: 'deno', version: Deno.version.deno, nodeVersion, platform };
  return { name: 'node', version: nodeVersion, nodeVersion, platform };
}

/** Threads that can run at once, at least 1; honours CPU affinity, but not container quotas. */
export function cpuCount(): number {
  return Math.max(1, os.availableParallelism());
}

/** Resident memory of this process in bytes. */
export function rssBytes(): number {
  return process.memoryUsage.rss();
}
