import type { DashboardState } from './dashboard-state.ts';

/** What makes fields of a choice go back to their initial values: another run or view, or the escape key. */
export type Occasion = 'another run' | 'another view' | 'escape';

/**
 * What the person at the keyboard chose in one panel. The values lie in the {@link DashboardState}, so that keys turn one
 * state into the next and nothing else is remembered.
 */
export class Choice<T extends object> {
  readonly #id: string;
  readonly #initial: T;
  readonly #resets: Partial<Record<Occasion, readonly (keyof T)[]>>;

  /**
   * @param id of its own among all choices
   * @param resets fields that go back to their initial values, by occasion
   */
  constructor(id: string, initial: T, resets: Partial<Record<Occasion, readonly (keyof T)[]>> = {}) {
    this.#id = id;
    this.#initial = initial;
    this.#resets = resets;
  }

  in(state: DashboardState): T {
    return (state.choices[this.#id] as T | undefined) ?? this.#initial;
  }

  /** The state with some fields changed. */
  set(state: DashboardState, changes: Partial<T>): DashboardState {
    return { ...state, choices: { ...state.choices, [this.#id]: { ...this.in(state), ...changes } } };
  }

  /** The state after an occasion. */
  after(occasion: Occasion, state: DashboardState): DashboardState {
    const fields = this.#resets[occasion] ?? [];
    if (fields.length === 0 || !(this.#id in state.choices)) return state;
    const changes = Object.fromEntries(fields.map((field) => [field, this.#initial[field]]));
    return this.set(state, changes as Partial<T>);
  }
}
