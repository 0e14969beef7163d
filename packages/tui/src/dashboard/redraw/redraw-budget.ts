/** Share of the time that may be computed, on all threads together. */
const SHARE = 0.004;
/** What may be saved up for a burst of changes. */
const MAX_SAVED_MS = 100;
/** However much was computed, what changes by itself is shown again after this. */
const MAX_WAIT_MS = 10_000;

/**
 * Keeps a process that watches another one cheap: it saves a share of the time that passes and spends what the process
 * computes, and redraws that nobody asked for wait until something is left.
 */
export class RedrawBudget {
  readonly #cpuMs: () => number;
  readonly #nowMs: () => number;
  #savedMs = MAX_SAVED_MS;
  #last: { readonly cpuMs: number; readonly nowMs: number };

  /** The clocks are for tests. */
  constructor(cpuMs = processCpuMs, nowMs = () => performance.now()) {
    this.#cpuMs = cpuMs;
    this.#nowMs = nowMs;
    this.#last = { cpuMs: cpuMs(), nowMs: nowMs() };
  }

  /** Milliseconds to wait before a redraw. */
  waitMs(): number {
    const now = { cpuMs: this.#cpuMs(), nowMs: this.#nowMs() };
    const change = SHARE * (now.nowMs - this.#last.nowMs) - (now.cpuMs - this.#last.cpuMs);
    this.#last = now;
    this.#savedMs = Math.max(-SHARE * MAX_WAIT_MS, Math.min(MAX_SAVED_MS, this.#savedMs + change));
    return Math.max(0, -this.#savedMs / SHARE);
  }
}

function processCpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
