import { readFileSync, statfsSync } from 'node:fs';
import { cpus, freemem, totalmem } from 'node:os';

/** How much of the machine is used. Shares are from 0 to 1, histories end with the newest. */
export interface MachineMeters {
  readonly cores: number;
  readonly cpu: readonly number[];
  readonly memory: readonly number[];
  readonly memoryBytes: Amount;
  /** Of the file system that the run is on; null where it cannot be told. */
  readonly diskBytes: Amount | null;
  readonly gpus: readonly GpuMeter[];
}

export interface Amount {
  readonly used: number;
  readonly total: number;
}

export interface GpuMeter {
  readonly name: string;
  readonly busy: readonly number[];
  readonly memory: readonly number[];
  readonly memoryBytes: Amount;
  /** Null where the driver does not tell. */
  readonly celsius: number | null;
  readonly watts: number | null;
}

/** Processor time since the start of the machine, in any unit. */
export interface CpuTime {
  readonly busy: number;
  readonly total: number;
}

/** Of all processors together: from the first line of `/proc/stat`, where there is one. */
export function cpuTime(): CpuTime {
  try {
    return parseCpuTime(readFileSync('/proc/stat', 'utf8'));
  } catch {
    const times = cpus().map((cpu) => cpu.times);
    const total = times.reduce((sum, { user, nice, sys, idle, irq }) => sum + user + nice + sys + idle + irq, 0);
    return { busy: total - times.reduce((sum, { idle }) => sum + idle, 0), total };
  }
}

/** The line `cpu  user nice system idle iowait irq softirq steal`; waiting for a disk is idle. */
export function parseCpuTime(stat: string): CpuTime {
  const times = stat.slice(0, stat.indexOf('\n')).split(/\s+/).slice(1, 9).map(Number);
  const total = times.reduce((sum, time) => sum + time, 0);
  return { busy: total - (times[3] ?? 0) - (times[4] ?? 0), total };
}

/** Main memory; caches that the kernel gives back when asked count as free. */
export function memoryBytes(): Amount {
  try {
    return parseMemory(readFileSync('/proc/meminfo', 'utf8'));
  } catch {
    return { used: totalmem() - freemem(), total: totalmem() };
  }
}

/** @throws Error if the text is not that of `/proc/meminfo` */
export function parseMemory(meminfo: string): Amount {
  const bytes = (name: string) => {
    const kibibytes = new RegExp(`^${name}: +(\\d+) kB`, 'm').exec(meminfo)?.[1];
    if (kibibytes === undefined) throw new Error(`no ${name}`);
    return 1024 * Number(kibibytes);
  };
  const total = bytes('MemTotal');
  return { used: total - bytes('MemAvailable'), total };
}

/** The file system that a folder is on; null where it cannot be told. */
export function diskBytes(folder: string): Amount | null {
  try {
    const { bavail, bfree, blocks, bsize } = statfsSync(folder);
    const used = (blocks - bfree) * bsize;
    return { used, total: used + bavail * bsize };
  } catch {
    return null;
  }
}

/** A GPU as a line of `nvidia-smi` tells it. */
export interface GpuReading {
  readonly index: number;
  readonly name: string;
  readonly busy: number;
  readonly memoryBytes: Amount;
  readonly celsius: number | null;
  readonly watts: number | null;
}

/** What is asked of `nvidia-smi`, in this order. */
export const GPU_FIELDS = 'index,name,utilization.gpu,memory.used,memory.total,temperature.gpu,power.draw';

/** A line of `nvidia-smi --query-gpu --format=csv,noheader,nounits`; null if it is none. */
export function parseGpu(line: string): GpuReading | null {
  const parts = line.split(',').map((part) => part.trim());
  const [index, name = '', busy, used, total, celsius, watts] = parts;
  const number = (text: string | undefined) => (text !== undefined && /^-?[\d.]+$/.test(text) ? Number(text) : null);
  const [place, share, usedMiB, totalMiB] = [number(index), number(busy), number(used), number(total)];
  if (place === null || usedMiB === null || totalMiB === null || totalMiB === 0) return null;
  return {
    index: place,
    name,
    busy: (share ?? 0) / 100,
    memoryBytes: { used: usedMiB * 2 ** 20, total: totalMiB * 2 ** 20 },
    celsius: number(celsius),
    watts: number(watts),
  };
}
