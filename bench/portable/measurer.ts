import { execFileSync } from 'node:child_process';
import { measureOurs, measurePeer, type OurScript, peerFlags } from '../competitors.ts';
import type { MeasurementOptions } from '../measure/measuring.ts';
import type { Benchmark, BenchOptions, PeerMode } from '../options.ts';
import { type NetworkSetting, SETTINGS, type SettingName } from '../settings.ts';
import type { Budget } from './budget.ts';

/** Less than this is not worth starting a process for. */
const MIN_SECONDS = 5;

export interface MeasurerOptions {
  readonly budget: Budget;
  /** Repeats that count. */
  readonly repeats: number;
  /** For each measurement. */
  readonly limitSeconds: number;
  /** What is to differ from the settings. */
  readonly changes: Partial<NetworkSetting>;
}

/** Our side, as it differs from full precision with all that this project has. */
export type OurVariant = Partial<Pick<MeasurementOptions, 'stock' | 'precision' | 'toggles' | 'tuning'>>;

/** What has a result, or why it has none. */
export type Outcome<T> = T | { readonly failure: string };

/** Runs measurements in processes of their own, none of which outlasts the budget. */
export class Measurer {
  readonly #options: MeasurerOptions;
  readonly #peerDevice = cudaThere() ? 'cuda' : 'cpu';

  constructor(options: MeasurerOptions) {
    this.#options = options;
  }

  setting(name: SettingName): NetworkSetting {
    return { ...SETTINGS[name], ...this.#options.changes };
  }

  /** Runs a script of `measure/` on webgpu. @param once whether to repeat nothing, for the sake of what is compiled */
  ours<T>(script: OurScript, name: SettingName, variant: OurVariant = {}, once = false): Promise<Outcome<T>> {
    const { stock = false, precision = 'full', ...rest } = variant;
    const repetition = stock || once ? { warmUp: 0, repeats: 1 } : {};
    return this.#within((limitSeconds) =>
      measureOurs<T>(
        'webgpu',
        { ...this.#common(name, limitSeconds), benchmark: script, stock, precision, ...repetition },
        {
          ...this.setting(name),
          ...rest,
        },
      ),
    );
  }

  /** Runs the same in PyTorch, on the GPU if it has CUDA. */
  peer<T>(benchmark: Exclude<Benchmark, 'ops'>, name: SettingName, peerMode: PeerMode = 'eager'): Promise<Outcome<T>> {
    return this.#within((limitSeconds) => {
      const options: BenchOptions = { ...this.#common(name, limitSeconds), benchmark, peerMode };
      return measurePeer<T>(options, peerFlags(options));
    });
  }

  #common(name: SettingName, limitSeconds: number) {
    return {
      setting: this.setting(name),
      backends: ['webgpu'],
      stock: false,
      precision: 'full',
      runtime: 'node',
      peer: false,
      peerDevice: this.#peerDevice,
      threads: 1,
      warmUp: 4,
      repeats: this.#options.repeats,
      limitSeconds,
      json: false,
    } as const;
  }

  async #within<T>(run: (limitSeconds: number) => Promise<T>): Promise<Outcome<T>> {
    const { budget, limitSeconds } = this.#options;
    const limit = Math.floor(Math.min(limitSeconds, budget.left));
    if (limit < MIN_SECONDS) return { failure: 'no time left' };
    return run(limit).catch((error: Error) => ({ failure: error.message }));
  }
}

function cudaThere(): boolean {
  try {
    const check = ['-c', 'import torch, sys; sys.exit(not torch.cuda.is_available())'];
    execFileSync(process.env.PYTHON ?? 'python3', check, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
