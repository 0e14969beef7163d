import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import path from 'node:path';
import { eventLogFile, formatEvent, type RunEvent, type RunEventBody } from '@instagan/core/events';
import { renderToString } from 'ink';
import { createElement } from 'react';
import sliceAnsi from 'slice-ansi';
import type { Test } from 'tap';
import { fitted } from '../output/text-width.ts';
import { DashboardApp } from './app/dashboard-app.ts';
import { type Frame, frameOf } from './app/frame.ts';
import { pasteText } from './app/paste-text.ts';
import { pointMouse } from './app/point-mouse.ts';
import { type PressContext, pressKey } from './app/press-key.ts';
import { RunEntry } from './log/run-entry.ts';
import { PANELS } from './panels/panel-list.ts';
import { PictureStore } from './pictures/picture-store.ts';
import { type DashboardState, focusedRun, INITIAL_STATE } from './state/dashboard-state.ts';
import type { Effect, KeyResult, Panel } from './state/panel.ts';
import type { TerminalCapabilities } from './terminal/capabilities.ts';
import { Theme } from './terminal/theme.ts';
import type { MachineMeters } from './watch/machine.ts';

const BEGIN_MS = Date.UTC(2024, 0, 1, 12);
/** When the screens of tests are drawn: ten seconds after the last step of {@link meadowEvents}. */
export const NOW_MS = BEGIN_MS + 110_000;
const TERMINAL: TerminalCapabilities = {
  graphics: 'blocks',
  depth: 1,
  isLight: false,
  isUnicode: true,
  cellWidthPx: 10,
  cellHeightPx: 20,
};

/** The first event of a translation of 40 images. */
export const JOB_STARTED: RunEventBody = {
  type: 'job-started',
  step: 0,
  job: 'translate',
  item: 'image',
  totalSteps: 40,
  run: '/runs/meadow',
  input: '/photos',
  output: '/translated',
  backend: { name: 'wasm', device: '2 threads' },
};

/** A run of 200 steps of 0.5 s, with samples every 50 and a checkpoint. */
export function meadowEvents(): RunEventBody[] {
  const steps = Array.from({ length: 200 }, (_, i): RunEventBody[] => {
    const step = i + 1;
    const each: RunEventBody[] = [
      {
        type: 'step',
        step,
        epoch: Math.floor(i / 50),
        losses: { generatorA: 0.5, cycleA: 10 / step, contextA: 1, discriminatorA: 0.2 },
        learningRate: { generator: 2e-4, discriminator: 1e-4 },
        seconds: 0.5,
        memory: { tensors: 526, tensorBytes: 53e6, rssBytes: 548e6 },
      },
    ];
    if (step % 50 === 0) {
      for (const direction of ['AtoB', 'BtoA'] as const) {
        each.push({ type: 'sample', step, path: `samples/${step}-${direction}.png`, direction });
      }
    }
    return each;
  });
  return [
    {
      type: 'run-started',
      step: 0,
      totalSteps: 400,
      stepsPerEpoch: 50,
      resumed: false,
      backend: { name: 'wasm', device: '2 threads, SIMD' },
      config: { batch: 1 },
    },
    ...steps.flat(),
    { type: 'checkpoint', step: 200, path: 'checkpoints/step-00000200', seconds: 0.3 },
  ];
}

/** A run with these events in its log, in a folder of the test; no process trains it. */
export function loggedRun(t: Test, bodies: readonly RunEventBody[], name = 'meadow'): RunEntry {
  const folder = path.join(existsSync(t.testdirName) ? t.testdirName : t.testdir(), name);
  mkdirSync(folder);
  const lines = bodies.map((body, i): RunEvent => {
    const seconds = body.type === 'step' ? body.step / 2 : i / 4;
    return { v: 1, time: new Date(BEGIN_MS + 1000 * seconds).toISOString(), ...body };
  });
  writeFileSync(eventLogFile(folder), lines.map((event) => `${formatEvent(event)}\n`).join(''));
  const run = new RunEntry(folder);
  while (!run.log.poll(1000).caughtUp);
  return run;
}

/** A run of {@link meadowEvents} with other settings. @param more events after them */
export function runWith(t: Test, name: string, config: unknown, more: readonly RunEventBody[] = []): RunEntry {
  const [started, ...rest] = meadowEvents() as [Extract<RunEventBody, { type: 'run-started' }>, ...RunEventBody[]];
  return loggedRun(t, [{ ...started, config }, ...rest, ...more], name);
}

/** The same as {@link loggedRun}, locked for this process, as if it were trained. */
export function trainedRun(t: Test, bodies: readonly RunEventBody[], name = 'meadow'): RunEntry {
  const run = loggedRun(t, bodies, name);
  writeFileSync(path.join(run.folder, 'run.lock'), `${process.pid} ${hostname()}`);
  run.checkAlive();
  return run;
}

export interface UserOptions {
  readonly panels?: readonly Panel[];
  readonly columns?: number;
  readonly rows?: number;
  readonly message?: string;
  readonly disk?: string;
  readonly ownsTraining?: boolean;
  readonly output?: readonly string[];
  readonly machine?: MachineMeters;
}

/** Somebody in front of the dashboard: presses keys, and sees the screen without its colours. */
export class User {
  readonly #runs: readonly RunEntry[];
  readonly #options: UserOptions;
  readonly #pictures = new PictureStore(
    TERMINAL,
    () => {},
    async () => ({ file: new Uint8Array(), picture: { width: 172, height: 36, data: new Uint8Array(172 * 36 * 3) } }),
  );
  #state: DashboardState = INITIAL_STATE;
  /** What the keys asked for beyond another screen. */
  readonly effects: Effect[] = [];

  constructor(runs: readonly RunEntry[], options: UserOptions = {}) {
    this.#runs = runs;
    this.#options = options;
  }

  /** Presses characters, or keys by name. */
  press(...keys: string[]): this {
    for (const key of keys) this.#apply(pressKey(this.#state, key, this.#context()));
    return this;
  }

  /** Pastes text from the clipboard. */
  paste(text: string): this {
    this.#apply(pasteText(this.#state, text, this.#context()));
    return this;
  }

  /** Moves the mouse with its button down from one place of the screen to another; from and to the same is a click. */
  drag(from: { column: number; row: number }, to = from): this {
    const input = { kind: 'mouse', from } as const;
    this.#apply(pointMouse(this.#state, { ...input, action: 'press', ...from }, this.frame()));
    if (to !== from) this.#apply(pointMouse(this.#state, { ...input, action: 'drag', ...to }, this.frame()));
    this.#apply(pointMouse(this.#state, { ...input, action: 'release', ...to }, this.frame()));
    return this;
  }

  wheel(way: 'up' | 'down', at: { column: number; row: number }): this {
    this.#apply(pointMouse(this.#state, { kind: 'mouse', action: `wheel-${way}`, ...at, from: at }, this.frame()));
    return this;
  }

  #context(): PressContext {
    const { panels = PANELS, ownsTraining = false, output = null, columns = 100, rows = 34 } = this.#options;
    return { panels, ownsTraining, output, columns, rows, runs: this.#runs, run: focusedRun(this.#state, this.#runs) };
  }

  #apply({ state, effect }: KeyResult): void {
    if (state !== undefined) this.#state = state;
    if (effect !== undefined) this.effects.push(effect);
  }

  frame(): Frame {
    const {
      panels = PANELS,
      columns = 100,
      rows = 34,
      message,
      disk,
      ownsTraining = false,
      output,
      machine,
    } = this.#options;
    return frameOf({
      panels,
      runs: this.#runs,
      state: this.#state,
      ownsTraining,
      columns,
      rows,
      nowMs: NOW_MS,
      disk: disk ?? null,
      output: output ?? null,
      machine: machine ?? null,
      message: message ?? null,
      theme: new Theme(TERMINAL.depth, TERMINAL.isLight),
      terminal: TERMINAL,
      pictures: this.#pictures,
    });
  }

  /** The lines on the screen, through Ink, with charts and pictures. */
  lines(): string[] {
    const { columns = 100, rows = 34 } = this.#options;
    const { texts, overlays } = this.frame();
    const source = { subscribe: () => () => {}, texts: () => texts, size: () => ({ columns, rows }), take: () => {} };
    const lines = bare(renderToString(createElement(DashboardApp, { source }), { columns })).split('\n');
    for (const { column, row, columns: width, content } of overlays) {
      if (content.kind !== 'text') continue;
      for (const [i, line] of content.lines.entries()) {
        const below = lines[row + i] ?? '';
        lines[row + i] = (fitted(below, column) + bare(line) + sliceAnsi(below, column + width)).trimEnd();
      }
    }
    return lines;
  }

  screen(): string {
    return this.lines().join('\n');
  }
}

/** Bold and dim are left when there are no colours. */
function bare(styled: string): string {
  return styled.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d*m`, 'g'), '');
}
