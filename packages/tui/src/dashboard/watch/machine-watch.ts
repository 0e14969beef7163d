import { type ChildProcess, spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import {
  type CpuTime,
  cpuTime,
  diskBytes,
  GPU_FIELDS,
  type GpuMeter,
  type MachineMeters,
  memoryBytes,
  parseGpu,
} from './machine.ts';

const INTERVAL_MS = 2000;
/** Readings that are kept: four minutes. */
const HISTORY = 120;

/** Reads the meters of this machine again and again: processors, memory, disk, and the GPUs that `nvidia-smi` tells of. */
export class MachineWatch {
  readonly #folder: () => string | null;
  readonly #onChange: () => void;
  readonly #gpus = new Map<number, GpuMeter>();
  #timer: NodeJS.Timeout | null = null;
  #smi: ChildProcess | null = null;
  #last: CpuTime | null = null;
  #meters: MachineMeters | null = null;

  /** @param folder on whose disk the run in focus writes @param onChange told of new readings */
  constructor(folder: () => string | null, onChange: () => void) {
    this.#folder = folder;
    this.#onChange = onChange;
  }

  /** Null before the second reading. */
  get meters(): MachineMeters | null {
    return this.#meters;
  }

  start(): void {
    this.#timer = setInterval(() => this.#read(), INTERVAL_MS);
    this.#read();
    this.#smi = spawn(
      'nvidia-smi',
      [`--query-gpu=${GPU_FIELDS}`, '--format=csv,noheader,nounits', `--loop-ms=${INTERVAL_MS}`],
      { stdio: ['ignore', 'pipe', 'ignore'] },
    );
    // Most machines have none.
    this.#smi.on('error', () => {});
    if (this.#smi.stdout !== null) createInterface(this.#smi.stdout).on('line', (line) => this.#takeGpu(line));
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#smi?.kill();
  }

  #read(): void {
    const now = cpuTime();
    const last = this.#last;
    this.#last = now;
    if (last === null || now.total === last.total) return;
    const memory = memoryBytes();
    const folder = this.#folder();
    this.#meters = {
      cores: availableParallelism(),
      cpu: extended(this.#meters?.cpu, (now.busy - last.busy) / (now.total - last.total)),
      memory: extended(this.#meters?.memory, memory.used / memory.total),
      memoryBytes: memory,
      diskBytes: folder === null ? null : diskBytes(folder),
      gpus: [...this.#gpus.values()],
    };
    this.#onChange();
  }

  #takeGpu(line: string): void {
    const reading = parseGpu(line);
    if (reading === null) return;
    const { index, busy, memoryBytes, ...rest } = reading;
    const known = this.#gpus.get(index);
    this.#gpus.set(index, {
      ...rest,
      memoryBytes,
      busy: extended(known?.busy, busy),
      memory: extended(known?.memory, memoryBytes.used / memoryBytes.total),
    });
  }
}

function extended(history: readonly number[] = [], value: number): number[] {
  return [...history.slice(1 - HISTORY), value];
}
