import { EventEmitter } from 'node:events';
import { type ControlCommand, sendControl } from '@instagan/core/control';
import { render } from 'ink';
import { createElement } from 'react';
import { DashboardApp } from './app/dashboard-app.ts';
import { type Frame, frameOf } from './app/frame.ts';
import { pasteText } from './app/paste-text.ts';
import { pointMouse } from './app/point-mouse.ts';
import { type PressContext, pressKey } from './app/press-key.ts';
import type { RunEntry } from './log/run-entry.ts';
import { PANELS } from './panels/panel-list.ts';
import { runsPanel } from './panels/runs.ts';
import { PictureStore } from './pictures/picture-store.ts';
import { RedrawTimer } from './redraw/redraw-timer.ts';
import { type DashboardState, focusedRun, INITIAL_STATE, withFocus } from './state/dashboard-state.ts';
import type { Effect, KeyResult } from './state/panel.ts';
import { asciiText } from './terminal/ascii-text.ts';
import { askTerminal, capabilitiesFrom, type Graphics, type TerminalCapabilities } from './terminal/capabilities.ts';
import { frameSink } from './terminal/frame-sink.ts';
import type { TerminalInput } from './terminal/input-reader.ts';
import { type Overlay, Screen } from './terminal/screen.ts';
import { Theme } from './terminal/theme.ts';
import { MachineWatch } from './watch/machine-watch.ts';
import { RunWatch } from './watch/run-watch.ts';

export interface DashboardOptions {
  /** Folders of the runs to show; asked again and again, as runs may be started. */
  readonly listRuns: () => readonly string[];
  /** Shows the list of runs first, instead of the first run. */
  readonly startsWithList: boolean;
  /** The training was started from here: Ctrl-C stops it, and when it has ended the dashboard leaves. */
  readonly ownsTraining: boolean;
  /** How to show pictures. @default the best that the terminal has */
  readonly graphics?: Graphics;
}

/** Why the dashboard was left. */
export type DashboardEnd =
  | { readonly reason: 'left' }
  /** The training that was started from here has ended; `interrupted` by Ctrl-C. */
  | { readonly reason: 'ended'; readonly interrupted: boolean }
  | { readonly reason: 'signal'; readonly name: NodeJS.Signals };

const END_INTERVAL_MS = 1000;
const MESSAGE_MS = 6000;
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

/** Ties together what watches the runs, what keys chose, and what is drawn. */
class Dashboard {
  readonly #ownsTraining: boolean;
  readonly #terminal: TerminalCapabilities;
  readonly #theme: Theme;
  readonly #screen: Screen;
  readonly #pictures: PictureStore;
  readonly #watch: RunWatch;
  readonly #machine: MachineWatch;
  readonly #redraw = new RedrawTimer(() => this.#draw());
  readonly #changes = new EventEmitter();
  readonly #onEnd: (end: DashboardEnd) => void;
  readonly #ended: Promise<DashboardEnd>;
  #state: DashboardState;
  #frame: Frame | null = null;
  /** What Ink made of the frame. */
  #text = '';
  #message: { readonly text: string; readonly timer: NodeJS.Timeout } | null = null;
  #wasInterrupted = false;

  constructor({ listRuns, startsWithList, ownsTraining }: DashboardOptions, terminal: TerminalCapabilities) {
    this.#ownsTraining = ownsTraining;
    this.#terminal = terminal;
    this.#theme = new Theme(terminal.depth, terminal.isLight);
    this.#state = startsWithList ? { ...INITIAL_STATE, view: runsPanel.id } : INITIAL_STATE;
    this.#screen = new Screen((text) => process.stdout.write(text), sizeOfTerminal);
    this.#pictures = new PictureStore(terminal, () => this.#redraw.request(this.#redraw.isAwaited));
    this.#watch = new RunWatch({
      listRuns,
      focus: () => this.#focus(),
      showsAllRuns: () => PANELS.some(({ showsAllRuns }) => showsAllRuns?.(this.#state)),
      onChange: (isUrgent) => this.#redraw.request(isUrgent),
    });
    this.#machine = new MachineWatch(
      () => this.#focus()?.folder ?? null,
      () => this.#redraw.request(),
    );
    let onEnd: (end: DashboardEnd) => void = () => {};
    this.#ended = new Promise((resolve) => {
      onEnd = resolve;
    });
    this.#onEnd = onEnd;
  }

  async run(): Promise<DashboardEnd> {
    const { stdin, stdout } = process;
    const leave = () => this.#screen.leave();
    const resized = () => this.#drawAnew();
    const signalled = (name: NodeJS.Signals) => this.#onEnd({ reason: 'signal', name });
    process.on('exit', leave);
    process.on('uncaughtExceptionMonitor', leave);
    for (const name of SIGNALS) process.on(name, signalled);
    stdout.on('resize', resized);
    this.#screen.enter();
    const app = render(createElement(DashboardApp, { source: this.#source() }), {
      stdout: frameSink(sizeOfTerminal, (text) => this.#take(text)),
      stdin,
      // Ink hands over whole frames, and the screen writes what changed of them.
      debug: true,
      exitOnCtrlC: false,
      patchConsole: false,
    });
    const endTimer = setInterval(() => this.#lookForEnd(), END_INTERVAL_MS);
    try {
      this.#watch.start();
      this.#machine.start();
      const failed = app.waitUntilExit().then(() => this.#ended);
      return await Promise.race([this.#ended, failed]);
    } finally {
      this.#watch.stop();
      this.#machine.stop();
      this.#redraw.stop();
      clearInterval(endTimer);
      clearTimeout(this.#message?.timer);
      leave();
      app.unmount();
      stdin.pause();
      stdout.off('resize', resized);
      for (const name of SIGNALS) process.off(name, signalled);
      process.off('uncaughtExceptionMonitor', leave);
      process.off('exit', leave);
    }
  }

  #source() {
    return {
      subscribe: (onChange: () => void) => {
        this.#changes.on('change', onChange);
        return () => this.#changes.off('change', onChange);
      },
      texts: () => this.#currentFrame().texts,
      size: sizeOfTerminal,
      take: (input: TerminalInput) => this.#takeInput(input),
    };
  }

  /** The run in focus stays so when others are listed before it. */
  #focus(): RunEntry | null {
    const run = focusedRun(this.#state, this.#watch.runs);
    this.#state = withFocus(this.#state, run?.folder ?? null, PANELS);
    return run;
  }

  #currentFrame(): Frame {
    this.#frame ??= frameOf({
      panels: PANELS,
      runs: this.#watch.runs,
      state: this.#state,
      ownsTraining: this.#ownsTraining,
      output: this.#watch.output,
      machine: this.#machine.meters,
      ...sizeOfTerminal(),
      nowMs: Date.now(),
      disk: this.#watch.disk,
      message: this.#message?.text ?? null,
      theme: this.#theme,
      terminal: this.#terminal,
      pictures: this.#pictures,
    });
    return this.#frame;
  }

  #draw(): void {
    const last = this.#frame;
    this.#frame = null;
    const frame = this.#currentFrame();
    this.#screen.title(frame.title);
    // Ink has nothing to do where only charts or pictures changed.
    if (last !== null && JSON.stringify(frame.texts) === JSON.stringify(last.texts)) {
      this.#frame = { ...frame, texts: last.texts };
      this.#show();
    } else this.#changes.emit('change');
  }

  /** Takes what Ink made of the frame. */
  #take(text: string): void {
    this.#text = this.#terminal.isUnicode ? text : asciiText(text);
    this.#show();
  }

  #show(): void {
    const { overlays } = this.#currentFrame();
    this.#screen.show(this.#text, this.#terminal.isUnicode ? overlays : overlays.map(asciiOverlay));
  }

  /** Draws the whole screen again, as after a change of its size. */
  #drawAnew(): void {
    this.#screen.invalidate();
    this.#frame = null;
    this.#redraw.request(true);
  }

  #takeInput(input: TerminalInput): void {
    const context: PressContext = {
      panels: PANELS,
      runs: this.#watch.runs,
      run: this.#focus(),
      ownsTraining: this.#ownsTraining,
      output: this.#watch.output,
      ...sizeOfTerminal(),
    };
    const { state, effect } = this.#resultOf(input, context);
    if (state !== undefined) this.#state = state;
    if (input.kind === 'key' && input.key === 'ctrl-c') this.#wasInterrupted = true;
    if (effect !== undefined) this.#apply(effect);
    this.#redraw.answer();
  }

  #resultOf(input: TerminalInput, context: PressContext): KeyResult {
    switch (input.kind) {
      case 'key':
        return pressKey(this.#state, input.key, context);
      case 'paste':
        return pasteText(this.#state, input.text, context);
      case 'mouse':
        return pointMouse(this.#state, input, this.#currentFrame());
    }
  }

  #apply(effect: Effect): void {
    switch (effect.kind) {
      case 'leave':
        this.#onEnd({ reason: 'left' });
        break;
      case 'suspend':
        this.#suspend();
        break;
      case 'redraw':
        this.#screen.invalidate();
        break;
      case 'switch-mouse':
        this.#screen.takesMouse = !this.#screen.takesMouse;
        this.#say(
          this.#screen.takesMouse
            ? 'The mouse works on the dashboard.'
            : 'The mouse selects text: press m for the dashboard.',
        );
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
    const run = this.#focus();
    if (run === null) return;
    this.#say(`${command.command}: sent, takes effect after this step`);
    await sendControl(run.folder, command).catch((error: Error) => this.#say(error.message));
  }

  #say(text: string): void {
    clearTimeout(this.#message?.timer);
    const timer = setTimeout(() => {
      this.#message = null;
      this.#redraw.request(true);
    }, MESSAGE_MS);
    this.#message = { text, timer };
    this.#redraw.request(true);
  }

  /** Gives the terminal to the shell until the person comes back. */
  #suspend(): void {
    if (process.platform === 'win32') return;
    this.#screen.leave();
    process.stdin.setRawMode(false);
    process.once('SIGCONT', () => {
      process.stdin.setRawMode(true);
      this.#screen.enter();
      this.#redraw.request();
    });
    process.kill(process.pid, 'SIGTSTP');
  }

  #lookForEnd(): void {
    const [run] = this.#watch.runs;
    if (!this.#ownsTraining || run === undefined) return;
    const hasEnded = run.log.progress === 1 && (run.log.state.end !== null || run.status === 'lost');
    if (hasEnded) this.#onEnd({ reason: 'ended', interrupted: this.#wasInterrupted });
  }
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
