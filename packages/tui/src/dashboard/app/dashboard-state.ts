import type { ControlCommand } from '@instagan/core/control';

export const VIEWS = ['overview', 'curves', 'samples', 'events', 'runs'] as const;
export type View = (typeof VIEWS)[number];

/** Weight of the past for each logged step. */
export const SMOOTHINGS = [0, 0.6, 0.9, 0.97, 0.99] as const;

/** What the person at the keyboard chose to see. Plain data: keys turn one state into the next. */
export interface DashboardState {
  readonly view: View;
  readonly isHelpOpen: boolean;
  /** Index of the run that is looked at. */
  readonly focus: number;
  readonly isLog: boolean;
  readonly smoothing: number;
  readonly showsRaw: boolean;
  /** Whether each curve is drawn for all runs. */
  readonly isOverlaid: boolean;
  /** Index of the group of curves shown. */
  readonly group: number;
  /** Curves chosen by hand, instead of a group. */
  readonly chosen: readonly string[] | null;
  /** Row of the list of curves, while it is open. */
  readonly picker: number | null;
  /** Steps shown; null for all. */
  readonly range: { readonly from: number; readonly to: number } | null;
  readonly cursor: number | null;
  /** Index of the sample among those of the run; null for the newest. */
  readonly sample: number | null;
  /** Text typed for a new learning rate. */
  readonly learningRate: string | null;
  /** What waits for a yes. */
  readonly question: 'stop' | null;
  /** Lines back from the end of the events. */
  readonly scroll: number;
}

export const INITIAL_STATE: DashboardState = {
  view: 'overview',
  isHelpOpen: false,
  focus: 0,
  isLog: false,
  smoothing: 2,
  showsRaw: true,
  isOverlaid: false,
  group: 0,
  chosen: null,
  picker: null,
  range: null,
  cursor: null,
  sample: null,
  learningRate: null,
  question: null,
  scroll: 0,
};

/** What keys need to know of the runs. */
export interface KeyContext {
  readonly runCount: number;
  readonly lastStep: number;
  readonly sampleCount: number;
  readonly groupCount: number;
  /** Curves of the run in focus. */
  readonly names: readonly string[];
  /** Curves drawn now. */
  readonly shown: readonly string[];
  readonly isPaused: boolean;
  /** Whether the run takes commands. */
  readonly takesCommands: boolean;
  /** Whether Ctrl-C stops the training: it was started from here. */
  readonly ownsTraining: boolean;
}

/** What a key asks for beyond another view. */
export type Effect =
  | { readonly kind: 'leave' }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'control'; readonly command: ControlCommand }
  | { readonly kind: 'message'; readonly text: string };

export interface KeyResult {
  readonly state: DashboardState;
  readonly effect?: Effect;
}

/** Names of keys that are no character. */
export type KeyName =
  | 'left'
  | 'right'
  | 'up'
  | 'down'
  | 'pageup'
  | 'pagedown'
  | 'return'
  | 'escape'
  | 'tab'
  | 'backspace'
  | 'ctrl-c'
  | 'ctrl-z'
  | 'ctrl-l';

const NOT_LIVE = 'This run is not training: there is nothing to control.';

/** The state after a key. @param key a character, or a {@link KeyName} */
export function pressKey(state: DashboardState, key: string, context: KeyContext): KeyResult {
  if (key === 'ctrl-z') return { state, effect: { kind: 'suspend' } };
  if (state.question !== null) return answer(state, key);
  if (key === 'ctrl-c') return interrupt(state, context);
  if (state.learningRate !== null) return typeLearningRate(state, state.learningRate, key);
  if (state.picker !== null) return pick(state, state.picker, key, context);
  if (state.isHelpOpen) return { state: { ...state, isHelpOpen: false } };
  const view = /^[1-5]$/.test(key) ? VIEWS[Number(key) - 1] : undefined;
  if (view !== undefined) return { state: { ...state, view, scroll: 0 } };
  return (
    control(state, key, context) ?? {
      state: look(state, key, context),
      ...(key === 'q' ? { effect: { kind: 'leave' } } : {}),
    }
  );
}

function interrupt(state: DashboardState, { ownsTraining, takesCommands }: KeyContext): KeyResult {
  if (!ownsTraining || !takesCommands) return { state, effect: { kind: 'leave' } };
  return { state, effect: { kind: 'control', command: { command: 'stop' } } };
}

function answer(state: DashboardState, key: string): KeyResult {
  const next = { ...state, question: null };
  if (key !== 'y') return { state: next };
  return { state: next, effect: { kind: 'control', command: { command: 'stop' } } };
}

function control(state: DashboardState, key: string, { takesCommands, isPaused }: KeyContext): KeyResult | null {
  const commands: Readonly<Record<string, ControlCommand>> = {
    p: { command: isPaused ? 'resume' : 'pause' },
    c: { command: 'checkpoint' },
    n: { command: 'sample' },
    e: { command: 'stop-after-epoch' },
  };
  const command = commands[key];
  if (command === undefined && key !== 'L' && key !== 'X') return null;
  if (!takesCommands) return { state, effect: { kind: 'message', text: NOT_LIVE } };
  if (key === 'L') return { state: { ...state, learningRate: '' } };
  if (key === 'X') return { state: { ...state, question: 'stop' } };
  return { state, effect: { kind: 'control', command: command as ControlCommand } };
}

function typeLearningRate(state: DashboardState, text: string, key: string): KeyResult {
  if (key === 'escape') return { state: { ...state, learningRate: null } };
  if (key === 'backspace') return { state: { ...state, learningRate: text.slice(0, -1) } };
  if (key !== 'return') return { state: /^[\d.,eE+-]$/.test(key) ? { ...state, learningRate: text + key } : state };
  const next = { ...state, learningRate: null };
  if (text === '') return { state: next };
  const [generator = Number.NaN, discriminator = generator, ...rest] = text.split(',').map(Number);
  const isRate = (value: number) => value > 0 && value <= 1;
  if (rest.length > 0 || !isRate(generator) || !isRate(discriminator)) {
    const message = `${text} is no learning rate: type one number up to 1, or two such as 2e-4,1e-4.`;
    return { state: next, effect: { kind: 'message', text: message } };
  }
  return { state: next, effect: { kind: 'control', command: { command: 'learning-rate', generator, discriminator } } };
}

function pick(state: DashboardState, row: number, key: string, { names, shown }: KeyContext): KeyResult {
  const last = names.length - 1;
  if (key === 'up' || key === 'k') return { state: { ...state, picker: Math.max(0, row - 1) } };
  if (key === 'down' || key === 'j') return { state: { ...state, picker: Math.min(last, row + 1) } };
  if (key !== ' ') return { state: { ...state, picker: null } };
  const name = names[row];
  if (name === undefined) return { state };
  const chosen = shown.includes(name) ? shown.filter((other) => other !== name) : [...shown, name];
  return { state: { ...state, chosen } };
}

function look(state: DashboardState, key: string, context: KeyContext): DashboardState {
  switch (key) {
    case '?':
    case 'h':
      return { ...state, isHelpOpen: true };
    case 'tab':
      return {
        ...state,
        focus: context.runCount === 0 ? 0 : (state.focus + 1) % context.runCount,
        sample: null,
        cursor: null,
      };
    case 'o':
      return { ...state, isOverlaid: !state.isOverlaid };
    case 'l':
      return { ...state, isLog: !state.isLog };
    case 's':
      return { ...state, smoothing: (state.smoothing + 1) % SMOOTHINGS.length };
    case 'r':
      return { ...state, showsRaw: !state.showsRaw };
    case 'g':
      return {
        ...state,
        chosen: null,
        group: state.chosen === null ? (state.group + 1) % context.groupCount : state.group,
      };
    case 't':
      return { ...state, picker: 0 };
    case '+':
    case '=':
      return { ...state, range: zoomed(state, context.lastStep, 0.5) };
    case '-':
      return { ...state, range: zoomed(state, context.lastStep, 2) };
    case '0':
      return { ...state, range: null, cursor: null };
    case '[':
    case ',':
      return { ...state, sample: stepSample(state, context, -1) };
    case ']':
    case '.':
      return { ...state, sample: stepSample(state, context, 1) };
    case 'left':
    case 'right':
      return moveCursor(state, key === 'left' ? -1 : 1, context);
    case 'up':
    case 'k':
      return scrolled(state, 1, context);
    case 'down':
    case 'j':
      return scrolled(state, -1, context);
    case 'pageup':
      return scrolled(state, 10, context);
    case 'pagedown':
      return scrolled(state, -10, context);
    case 'return':
      return state.view === 'runs' ? { ...state, view: 'overview' } : state;
    case 'escape':
      return { ...state, cursor: null, range: null, sample: null, scroll: 0 };
    default:
      return state;
  }
}

/** In the list of runs the focus moves, elsewhere the events scroll. */
function scrolled(state: DashboardState, lines: number, { runCount }: KeyContext): DashboardState {
  if (state.view === 'runs') {
    const focus = Math.min(Math.max(0, runCount - 1), Math.max(0, state.focus - Math.sign(lines)));
    return { ...state, focus, sample: null, cursor: null };
  }
  return { ...state, scroll: Math.max(0, state.scroll + lines) };
}

/** Null stands for the newest sample, which follows the run. */
function stepSample({ sample }: DashboardState, { sampleCount }: KeyContext, by: number): number | null {
  const next = Math.max(0, (sample ?? sampleCount - 1) + by);
  return next >= sampleCount - 1 ? null : next;
}

function rangeOf({ range }: DashboardState, lastStep: number): { from: number; to: number } {
  return range ?? { from: 0, to: lastStep };
}

function moveCursor(state: DashboardState, by: number, { lastStep }: KeyContext): DashboardState {
  const { from, to } = rangeOf(state, lastStep);
  const width = Math.max(1, (to - from) / 60);
  const cursor = Math.min(lastStep, Math.max(0, (state.cursor ?? to) + by * width));
  if (state.range === null || (cursor >= from && cursor <= to)) return { ...state, cursor };
  const shift = cursor < from ? cursor - from : cursor - to;
  return { ...state, cursor, range: { from: from + shift, to: to + shift } };
}

/** The range scaled around the cursor, or kept at the end, where a live run grows. */
function zoomed(state: DashboardState, lastStep: number, factor: number): { from: number; to: number } | null {
  const { from, to } = rangeOf(state, lastStep);
  const span = Math.max(10, (to - from) * factor);
  if (span >= lastStep) return null;
  const centre = state.cursor ?? to;
  const start = Math.min(Math.max(0, centre - span / 2), lastStep - span);
  return { from: start, to: start + span };
}
