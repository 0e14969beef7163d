import { REDRAW_INTERVAL_MS } from '../terminal/screen.ts';
import { RedrawBudget } from './redraw-budget.ts';

/** What a key or the start asked for, such as a picture to be read, may take this long. */
const AWAITED_MS = 3000;

/**
 * Decides when to draw: what somebody waits for at most ten times a second, what changes by itself as the budget
 * allows. Requests that come before the drawing are answered by it.
 */
export class RedrawTimer {
  readonly #draw: () => void;
  readonly #budget: Pick<RedrawBudget, 'waitMs'>;
  #waiting: { readonly timer: NodeJS.Timeout; readonly dueMs: number } | null = null;
  #drawnMs = Number.NEGATIVE_INFINITY;
  #askedMs = performance.now();

  constructor(draw: () => void, budget: Pick<RedrawBudget, 'waitMs'> = new RedrawBudget()) {
    this.#draw = draw;
    this.#budget = budget;
  }

  /** Whether somebody has just pressed a key, or started the dashboard, and looks at what comes. */
  get isAwaited(): boolean {
    return performance.now() - this.#askedMs < AWAITED_MS;
  }

  /** Takes note of a key, and draws its answer. */
  answer(): void {
    this.#askedMs = performance.now();
    this.request(true);
  }

  /** Draws soon. @param isUrgent whether somebody waits for it, whatever the budget says */
  request(isUrgent = false): void {
    const nowMs = performance.now();
    const allowedMs = nowMs + (isUrgent ? 0 : this.#budget.waitMs());
    const dueMs = Math.max(this.#drawnMs + REDRAW_INTERVAL_MS, allowedMs);
    if (this.#waiting !== null) {
      if (dueMs >= this.#waiting.dueMs) return;
      clearTimeout(this.#waiting.timer);
    }
    const timer = setTimeout(() => this.#fire(), Math.max(0, dueMs - nowMs));
    this.#waiting = { timer, dueMs };
  }

  stop(): void {
    if (this.#waiting !== null) clearTimeout(this.#waiting.timer);
    this.#waiting = null;
  }

  #fire(): void {
    this.#waiting = null;
    this.#drawnMs = performance.now();
    this.#draw();
  }
}
