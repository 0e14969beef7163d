import { EventEmitter } from 'node:events';
import { statfsSync } from 'node:fs';
import { type ControlCommand, sendControl } from '@instagan/core/control';
import { render } from 'ink';
import { createElement } from 'react';
import { DashboardApp } from './app/dashboard-app.tsx';
import { type DashboardState, type Effect, INITIAL_STATE, type KeyContext, pressKey } from './app/dashboard-state.ts';
import { shownCurves } from './app/panels.ts';
import { sampleSets } from './app/sample-panel.ts';
import { type View, viewOf } from './app/view.ts';
import { curveGroups } from './log/curve-groups.ts';
import { RunEntry, type RunStatus } from './log/run-entry.ts';
import { PictureStore } from './pictures/picture-store.ts';
import { RedrawBudget } from './redraw-budget.ts';
import { asciiText } from './terminal/ascii-text.ts';
import { askTerminal, capabilitiesFrom, type Graphics, type TerminalCapabilities } from './terminal/capabilities.ts';
import { type Overlay, Screen } from './terminal/screen.ts';
import { Theme } from './terminal/theme.ts';

export interface DashboardOptions {
  /** Folders of the runs to show; asked again and again, as runs may be started. */
  readonly listRuns: () => readonly string[];
  /** The list of runs is shown first, instead of the first run. */
  readonly startsWithList: boolean;
  /** The training was started from here: Ctrl-C stops it, and when it has ended the dashboard leaves. */
  readonly ownsTraining: boolean;
  /** How pictures are shown; found out without it. */
  readonly graphics?: Graphics;
}

/** Why the dashboard was left. */
export type DashboardEnd =
  | { readonly reason: 'left' }
  /** The training that was started from here has ended; `interrupted` by Ctrl-C. */
  | { readonly reason: 'ended'; readonly interrupted: boolean }
  | { readonly reason: 'signal'; readonly name: NodeJS.Signals };

const POLL_INTERVAL_MS = 250;
/** Runs that are not looked at are read less often. */
const BACKGROUND_INTERVAL_MS = 2000;
const LIST_INTERVAL_MS = 3000;
const DISK_INTERVAL_MS = 5000;
/** While a long log is read, the screen and keys get a turn this often. */
const SLICE_MS = 25;
const REDRAW_INTERVAL_MS = 100;
const MESSAGE_MS = 6000;
/** What a key or the start asked for, such as a picture to be read, may take so long. */
const AWAITED_MS = 3000;
const MIN_FREE_BYTES = 2e9;
/** A run that writes, or that a full disk may have ended. */
const FILLING: ReadonlySet<RunStatus> = new Set(['running', 'paused', 'failed', 'lost']);
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Shows runs on the whole terminal until the person leaves. It reads event logs and sends commands, and nothing else:
 * no training depends on it.
 */
export async function runDashboard(options: DashboardOptions): Promise<DashboardEnd> {
  const { stdin, stdout } = process;
  const answers = await askTerminal(stdin, stdout);
  const found = capabilitiesFrom(answers, process.env, stdout.getColorDepth());
  const terminal = options.graphics === undefined ? found : { ...found, graphics: options.graphics };
  return new Dashboard(options, terminal).run();
}

class Dashboard {
  readonly #options: DashboardOptions;
  readonly #terminal: TerminalCapabilities;
  readonly #theme: Theme;
  readonly #screen: Screen;
  readonly #pictures: PictureStore;
  readonly #changes = new EventEmitter();
  readonly #budget = new RedrawBudget();
  /** Ends all timers. */
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #onEnd: (end: DashboardEnd) => void;
  readonly #ended: Promise<DashboardEnd>;
  #runs: RunEntry[] = [];
  #state: DashboardState;
  #view: View | null = null;
  #disk: string | null = null;
  #message: { readonly text: string; readonly untilMs: number } | null = null;
  #redraw: { readonly timer: NodeJS.Timeout; readonly dueMs: number } | null = null;
  #frame = '';
  #redrawnMs = 0;
  #pressedMs = performance.now();
  /** As they were last seen, with what is wrong with the disk. */
  #statuses = '';
  #isReading = false;
  #wasInterrupted = false;

  constructor(options: DashboardOptions, terminal: TerminalCapabilities) {
    this.#options = options;
    this.#terminal = terminal;
    this.#theme = new Theme(terminal.depth, terminal.isLight);
    this.#state = { ...INITIAL_STATE, view: options.startsWithList ? 'runs' : 'overview' };
    this.#screen = new Screen((text) => process.stdout.write(text), sizeOfTerminal);
    this.#pictures = new PictureStore(terminal, () => this.#invalidate(this.#isAwaited()));
    let onEnd: (end: DashboardEnd) => void = () => {};
    this.#ended = new Promise((resolve) => {
      onEnd = resolve;
    });
    this.#onEnd = onEnd;
  }

  async run(): Promise<DashboardEnd> {
    const { stdout } = process;
    const leave = () => this.#screen.leave();
    const resized = () => {
      this.#screen.invalidate();
      this.#view = null;
      this.#invalidate(true);
    };
    const signalled = (name: NodeJS.Signals) => this.#onEnd({ reason: 'signal', name });
    process.on('exit', leave);
    process.on('uncaughtExceptionMonitor', leave);
    for (const name of SIGNALS) process.on(name, signalled);
    stdout.on('resize', resized);
    this.#listRuns();
    this.#screen.enter();
    const app = render(createElement(DashboardApp, { source: this.#source() }), {
      stdout: this.#frameSink() as unknown as NodeJS.WriteStream,
      stdin: process.stdin,
      // Ink hands over whole frames, and the screen writes what changed of them.
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
    });
    try {
      this.#every(POLL_INTERVAL_MS, () => this.#read(false));
      this.#every(BACKGROUND_INTERVAL_MS, () => this.#read(true));
      this.#every(LIST_INTERVAL_MS, () => this.#listRuns());
      this.#every(DISK_INTERVAL_MS, () => this.#lookAtDisk());
      this.#every(1000, () => this.#tick());
      const failed = app.waitUntilExit().then(() => this.#ended);
      return await Promise.race([this.#ended, failed]);
    } finally {
      for (const timer of this.#timers) clearInterval(timer);
      if (this.#redraw !== null) clearTimeout(this.#redraw.timer);
      leave();
      app.unmount();
      process.stdin.pause();
      stdout.off('resize', resized);
      for (const name of SIGNALS) process.off(name, signalled);
      process.off('uncaughtExceptionMonitor', leave);
      process.off('exit', leave);
    }
  }

  #every(intervalMs: number, task: () => void): void {
    this.#timers.add(setInterval(task, intervalMs));
    task();
  }

  #source() {
    return {
      subscribe: (onChange: () => void) => {
        this.#changes.on('change', onChange);
        return () => this.#changes.off('change', onChange);
      },
      view: () => this.#currentView(),
      size: sizeOfTerminal,
      press: (key: string) => this.#press(key),
    };
  }

  /** What Ink takes for a terminal. */
  #frameSink(): EventEmitter {
    const sink = new EventEmitter();
    const size = (side: 'columns' | 'rows') => ({ get: () => sizeOfTerminal()[side] });
    Object.defineProperties(sink, { columns: size('columns'), rows: size('rows') });
    return Object.assign(sink, {
      write: (frame: string) => {
        this.#frame = this.#terminal.isUnicode ? frame : asciiText(frame);
        this.#showFrame();
        return true;
      },
    });
  }

  #currentView(): View {
    this.#view ??= viewOf({
      runs: this.#runs,
      state: this.#state,
      context: this.#context(),
      ...sizeOfTerminal(),
      nowMs: Date.now(),
      disk: this.#disk,
      message: this.#message?.text ?? null,
      theme: this.#theme,
      terminal: this.#terminal,
      pictures: this.#pictures,
    });
    return this.#view;
  }

  #context(): KeyContext {
    const run = this.#runs[this.#state.focus];
    const names = run?.log.series.names ?? [];
    return {
      runCount: this.#runs.length,
      lastStep: Math.max(1, run?.log.series.lastStep ?? 1),
      sampleCount: sampleSets(run?.log.state.samples ?? []).length,
      groupCount: Math.max(1, curveGroups(names).length),
      names,
      shown: run === undefined ? [] : shownCurves(run, this.#state).names,
      isPaused: run?.status === 'paused',
      takesCommands: run?.isTraining ?? false,
      ownsTraining: this.#options.ownsTraining,
    };
  }

  #showFrame(): void {
    const { overlays } = this.#currentView();
    this.#screen.show(this.#frame, this.#terminal.isUnicode ? overlays : overlays.map(asciiOverlay));
  }

  /**
   * Shows what changed: after a key at most ten times a second, otherwise as the budget allows.
   */
  #invalidate(isAnswer = false): void {
    const allowedMs = performance.now() + (isAnswer ? 0 : this.#budget.waitMs());
    const dueMs = Math.max(this.#redrawnMs + REDRAW_INTERVAL_MS, allowedMs);
    if (this.#redraw !== null) {
      if (dueMs >= this.#redraw.dueMs) return;
      clearTimeout(this.#redraw.timer);
    }
    const timer = setTimeout(() => this.#draw(), Math.max(0, dueMs - performance.now()));
    this.#redraw = { timer, dueMs };
  }

  #draw(): void {
    this.#redraw = null;
    this.#redrawnMs = performance.now();
    const last = this.#view;
    this.#view = null;
    const view = this.#currentView();
    this.#screen.title(view.title);
    // Ink has nothing to do where only charts or pictures changed.
    if (last !== null && textOf(view) === textOf(last)) {
      last.overlays = view.overlays;
      this.#view = last;
      this.#showFrame();
    } else this.#changes.emit('change');
  }

  /** Whether somebody has just pressed a key, or started the dashboard, and looks at what comes. */
  #isAwaited(): boolean {
    return performance.now() - this.#pressedMs < AWAITED_MS;
  }

  #press(key: string): void {
    this.#pressedMs = performance.now();
    const { state, effect } = pressKey(this.#state, key, this.#context());
    this.#state = state;
    if (key === 'ctrl-c') this.#wasInterrupted = true;
    if (key === 'ctrl-l') this.#screen.invalidate();
    if (effect !== undefined) this.#apply(effect);
    this.#invalidate(true);
  }

  #apply(effect: Effect): void {
    switch (effect.kind) {
      case 'leave':
        this.#onEnd({ reason: 'left' });
        break;
      case 'suspend':
        this.#suspend();
        break;
      case 'message':
        this.#say(effect.text);
        break;
      case 'control':
        void this.#control(effect.command);
        break;
    }
  }

  async #control(command: ControlCommand): Promise<void> {
    const run = this.#runs[this.#state.focus];
    if (run === undefined) return;
    this.#say(`${command.command}: sent, it takes effect after this step`);
    await sendControl(run.folder, command).catch((error: Error) => this.#say(error.message));
  }

  #say(text: string): void {
    this.#message = { text, untilMs: performance.now() + MESSAGE_MS };
    this.#invalidate(true);
  }

  /** Gives the terminal to the shell until the person comes back. */
  #suspend(): void {
    if (process.platform === 'win32') return;
    this.#screen.leave();
    process.stdin.setRawMode(false);
    process.once('SIGCONT', () => {
      process.stdin.setRawMode(true);
      this.#screen.enter();
      this.#invalidate();
    });
    process.kill(process.pid, 'SIGTSTP');
  }

  #tick(): void {
    if (this.#message !== null && performance.now() > this.#message.untilMs) {
      this.#message = null;
      this.#invalidate(true);
    }
    const [run] = this.#runs;
    const hasEnded =
      run !== undefined && run.log.progress === 1 && (run.log.state.end !== null || run.status === 'lost');
    if (this.#options.ownsTraining && hasEnded) this.#onEnd({ reason: 'ended', interrupted: this.#wasInterrupted });
    const statuses = [this.#disk, ...this.#runs.map(({ status }) => status)].join();
    // Ages grow meanwhile, and silence becomes an alarm.
    if (statuses !== this.#statuses) this.#invalidate(true);
    else if (this.#runs[this.#state.focus]?.isLive) this.#invalidate();
    this.#statuses = statuses;
  }

  #listRuns(): void {
    const focused = this.#runs[this.#state.focus]?.folder;
    const known = new Map(this.#runs.map((run) => [run.folder, run]));
    this.#runs = this.#options.listRuns().map((folder) => known.get(folder) ?? new RunEntry(folder));
    for (const run of this.#runs) run.checkAlive();
    const focus = this.#runs.findIndex(({ folder }) => folder === focused);
    this.#state = { ...this.#state, focus: Math.max(0, focus) };
    if (known.size !== this.#runs.length) this.#read(true);
  }

  /** Reads what was appended to the logs, in slices. */
  #read(all: boolean): void {
    if (this.#isReading) return;
    const { focus, isOverlaid, view } = this.#state;
    const everything = all || isOverlaid || view === 'runs';
    const focused = this.#runs[focus];
    const others = everything ? this.#runs.filter((run) => run !== focused) : [];
    // In turns: a short log does not wait for a long one.
    const waiting = [...(focused === undefined ? [] : [focused]), ...others];
    this.#isReading = true;
    const slice = () => {
      const run = waiting.shift();
      if (run === undefined) {
        this.#isReading = false;
        return;
      }
      const [wasEnded, known] = [run.log.state.end !== null, knowledgeOf(run)];
      const { changed, caughtUp } = run.log.poll(SLICE_MS);
      // Who opens a run waits for it.
      if (changed) this.#invalidate(knowledgeOf(run) > known);
      if (changed && wasEnded !== (run.log.state.end !== null)) run.checkAlive();
      if (!caughtUp) waiting.push(run);
      if (waiting.length > 0) setImmediate(slice);
      else this.#isReading = false;
    };
    slice();
  }

  #lookAtDisk(): void {
    const run = this.#runs[this.#state.focus];
    if (run === undefined) return;
    try {
      const { bavail, bsize } = statfsSync(run.folder);
      const free = Number(bavail) * Number(bsize);
      const text = `the disk is nearly full: ${(free / 1e9).toFixed(1)} GB are left for ${run.folder}`;
      this.#disk = FILLING.has(run.status) && free < MIN_FREE_BYTES ? text : null;
    } catch {
      this.#disk = null;
    }
  }
}

/** How much is known of a run: nothing, what slices of its log say, or all. */
function knowledgeOf({ log }: RunEntry): number {
  if (log.state.startedMs === 0) return 0;
  return log.isSurveyed ? 1 : 2;
}

/** What Ink shows of a view. */
function textOf({ panels }: View): string {
  return JSON.stringify(panels);
}

function asciiOverlay(overlay: Overlay): Overlay {
  const { content } = overlay;
  return content.kind === 'text'
    ? { ...overlay, content: { ...content, lines: content.lines.map(asciiText) } }
    : overlay;
}

function sizeOfTerminal(): { columns: number; rows: number } {
  return { columns: process.stdout.columns || 80, rows: process.stdout.rows || 24 };
}
