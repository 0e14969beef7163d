import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventLogFile, formatEvent, type RunEvent, type RunEventBody } from '@instagan/core/events';
import { renderToString } from 'ink';
import { createElement } from 'react';
import t, { type Test } from 'tap';
import { RunEntry } from '../log/run-entry.ts';
import { PictureStore } from '../pictures/picture-store.ts';
import type { TerminalCapabilities } from '../terminal/capabilities.ts';
import { Theme } from '../terminal/theme.ts';
import { DashboardApp } from './dashboard-app.tsx';
import { type DashboardState, INITIAL_STATE, type KeyContext } from './dashboard-state.ts';
import { viewOf } from './view.ts';

const BEGIN_MS = Date.UTC(2024, 0, 1, 12);
const terminal: TerminalCapabilities = {
  graphics: 'blocks',
  depth: 1,
  isLight: false,
  isUnicode: true,
  cellWidthPx: 10,
  cellHeightPx: 20,
};
const theme = new Theme(1, false);

/** A run of 200 steps of 0.5 s, with samples every 50 and a checkpoint. */
function events(): RunEventBody[] {
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

function runOf(t: Test, bodies: readonly RunEventBody[], name = 'meadow'): RunEntry {
  const folder = t.testdir({ [name]: {} });
  const lines = bodies.map((body, i): RunEvent => {
    const seconds = body.type === 'step' ? body.step / 2 : i / 4;
    return { v: 1, time: new Date(BEGIN_MS + 1000 * seconds).toISOString(), ...body };
  });
  writeFileSync(eventLogFile(`${folder}/${name}`), lines.map((event) => `${formatEvent(event)}\n`).join(''));
  const run = new RunEntry(`${folder}/${name}`);
  while (!run.log.poll(1000).caughtUp);
  return run;
}

interface ScreenOptions {
  readonly columns?: number;
  readonly rows?: number;
  readonly state?: Partial<DashboardState>;
  readonly message?: string;
  readonly disk?: string;
}

const pictures = () =>
  new PictureStore(
    terminal,
    () => {},
    async () => ({
      file: new Uint8Array(),
      picture: { width: 172, height: 36, data: new Uint8Array(172 * 36 * 3) },
    }),
  );

/** What is on the screen, through Ink. */
function screen(runs: readonly RunEntry[], options: ScreenOptions = {}, store = pictures()): string[] {
  const { columns = 100, rows = 34 } = options;
  const context: KeyContext = {
    runCount: runs.length,
    lastStep: 200,
    sampleCount: 4,
    groupCount: 3,
    names: [],
    shown: [],
    isPaused: false,
    takesCommands: false,
    ownsTraining: false,
  };
  const view = viewOf({
    runs,
    state: { ...INITIAL_STATE, ...options.state },
    context,
    columns,
    rows,
    nowMs: BEGIN_MS + 110_000,
    disk: options.disk ?? null,
    message: options.message ?? null,
    theme,
    terminal,
    pictures: store,
  });
  const source = { subscribe: () => () => {}, view: () => view, size: () => ({ columns, rows }), press: () => {} };
  const text = renderToString(createElement(DashboardApp, { source }), { columns });
  // Bold and dim are left when there are no colours.
  const bare = (styled: string) => styled.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d*m`, 'g'), '');
  const lines = bare(text).split('\n');
  for (const { column, row, columns: width, content } of view.overlays) {
    if (content.kind !== 'text') continue;
    for (const [i, line] of content.lines.entries()) {
      const below = lines[row + i] ?? '';
      lines[row + i] = (below.slice(0, column).padEnd(column) + bare(line) + below.slice(column + width)).trimEnd();
    }
  }
  return lines;
}

t.test('at a glance: where the run is, how fast, how well, and its pictures', async (t) => {
  const run = runOf(t, events());
  const store = pictures();
  screen([run], {}, store);
  await delay(5);
  const text = screen([run], {}, store).join('\n');
  t.match(text, /^ meadow {2}● lost {2}█+░* 50 % +step 200\/400 {2}epoch 4\/8/);
  t.match(text, /lr 2e-4, 1e-4 +s\/step 0\.500 +images\/s 4\.00 +RSS 548 MB +tensors 526, 53 MB/);
  t.match(text, /backend wasm \(2 threads, SIMD\) +checkpoint step 200/);
  t.match(text, /─ content losses ─+ linear, smoothed 0\.9 ─/);
  t.match(text, /cycleA 0\.\d+ {2}contextA 1/);
  t.match(text, /samples ─+ step 200, 4 of 4 ─/);
  t.match(text, /A to B: input, masks, output/);
  t.match(text, /q leave/);
});

t.test('every width from 60 to 200 fits: no line is longer, the keys are always there', async (t) => {
  const run = runOf(t, events());
  for (const columns of [40, 60, 80, 119, 120, 160, 200]) {
    for (const rows of [12, 24, 50, 70]) {
      for (const view of ['overview', 'curves', 'samples', 'events', 'runs'] as const) {
        const lines = screen([run], { columns, rows, state: { view } });
        t.ok(
          lines.length <= rows && lines.every((line) => [...line].length <= columns),
          `${view} at ${columns}x${rows}`,
        );
        t.match(lines[rows - 1], 'q leave', `keys of ${view} at ${columns}x${rows}`);
      }
    }
  }
});

t.test('a screen that is too small says so', async (t) => {
  t.match(screen([runOf(t, events())], { columns: 39, rows: 10 }).join(''), /39x10 is too small/);
});

t.test('alarms are on top, and what can only be seen from outside too', async (t) => {
  const alarm: RunEventBody = {
    type: 'alarm',
    code: 'loss-exploding',
    message: 'cycleA is 99 times its average',
    step: 200,
  };
  const run = runOf(t, [...events(), alarm]);
  const lines = screen([run], { disk: 'the disk is nearly full' });
  t.match(lines[1], /▲ the disk is nearly full/);
  t.match(lines[2], /▲ the training is gone without a word/);
  const only = screen([
    runOf(t, [...events(), alarm, { type: 'run-finished', step: 200, reason: 'completed', checkpoint: null }]),
  ]);
  t.match(only[1], /▲ step 200: cycleA is 99 times its average/);
  const failed = screen([runOf(t, [...events(), { type: 'run-failed', step: 200, message: 'no memory' }])]);
  t.match(failed[1], /▲ training failed: no memory/);
});

t.test('a training in the background that is gone is known by the last words it printed', async (t) => {
  const run = runOf(t, events());
  const log = path.join(run.folder, 'train.log');
  writeFileSync(log, 'step 1\ninstagan: The disk is full: free some space, then run the command again.\n');
  run.checkAlive();
  t.match(screen([run])[1], /▲ training failed: The disk is full: free some space/);
  writeFileSync(log, 'step 1\nstep 2\n');
  run.checkAlive();
  t.match(screen([run])[1], /▲ the training is gone without a word/);
});

t.test('runs are listed with their state, and overlaid on one chart', async (t) => {
  const ended: RunEventBody = { type: 'run-finished', step: 200, reason: 'completed', checkpoint: null };
  const runs = [runOf(t, [...events(), ended], 'first'), runOf(t, events(), 'second')];
  const list = screen(runs, { state: { view: 'runs', focus: 1 } }).join('\n');
  t.match(list, /first +completed +200\/400 +0\.500 s/);
  t.match(list, /second +lost +200\/400/);
  const overlaid = screen(runs, { state: { view: 'curves', isOverlaid: true, chosen: ['losses.cycleA'] } }).join('\n');
  t.match(overlaid, /first:cycleA 0\.\d+ {2}second:cycleA 0\.\d+/);
});

t.test('help, the list of curves, questions and answers', async (t) => {
  const runs = [runOf(t, events())];
  const help = screen(runs, { state: { isHelpOpen: true } }).join('\n');
  for (const key of ['pause', 'checkpoint after this step', 'learning rate', 'stop after this epoch', 'leave'])
    t.match(help, key);
  t.match(screen(runs, { state: { picker: 0 } }).join('\n'), /\[x\] losses\.cycleA/);
  t.match(screen(runs, { state: { learningRate: '1e-' } }).at(-1), 'learning rate, G or G,D (return, esc): 1e-');
  t.match(screen(runs, { columns: 60, state: { question: 'stop' } }).at(-1), /Stop after this step.*y or n/);
  t.match(screen(runs, { message: 'pause: sent' }).at(-1), 'pause: sent');
});

t.test('a run of another kind shows what it has: other losses, scores, pictures without a direction', async (t) => {
  const run = runOf(t, [
    { ...(events()[0] as Extract<RunEventBody, { type: 'run-started' }>) },
    {
      type: 'step',
      step: 1,
      epoch: 0,
      losses: { generator: 1, l1: 3, discriminator: 0.5 },
      learningRate: { generator: 2e-4, discriminator: 2e-4 },
      seconds: 1,
      memory: { tensors: 1, tensorBytes: 1, rssBytes: 1 },
    },
    { type: 'validation', step: 1, scores: { iou: 0.5 }, seconds: 1 },
    { type: 'validation', step: 2, scores: { iou: 0.75 }, seconds: 1 },
    { type: 'sample', step: 1, path: 'samples/1.png' },
  ]);
  const text = screen([run], { columns: 160 }).join('\n');
  t.match(text, /l1 3/);
  t.match(text, 'validation: iou 0.750');
  t.match(text, /─ validation scores ─+ linear, not smoothed ─.*\niou 0\.75\n/, 'a curve that is not smoothed');
  t.match(text, / s\/step 0\.500 +images\/s [\d.]+ +iou 0\.750 /);
  t.match(text, /samples ─+ step 1, 1 of 1/);
});

t.test('a job shows how far it is, how fast, and what it wrote last', async (t) => {
  const seconds = (step: number): RunEventBody => ({
    type: 'job-progress',
    step,
    totalSteps: 40,
    seconds: 1,
    instances: 2,
  });
  const begun: RunEventBody = {
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
  const steps = [1, 2, 3, 4, 5, 6, 7, 8].map(seconds);
  const run = runOf(t, [begun, ...steps, { ...seconds(10), path: '/translated/ten.png' } as RunEventBody]);
  const store = pictures();
  screen([run], {}, store);
  await delay(5);
  const text = screen([run], { columns: 160 }, store).join('\n');
  t.match(text, /^ translate photos {2}● lost .* 25 % +image 10\/40/);
  t.match(text, /▲ the job is gone without a word/);
  t.match(text, /images\/s \d.* model \/runs\/meadow +input \/photos +output \/translated/);
  t.match(text, /─ seconds an image ─/);
  t.match(text, /samples ─+ image 10, 1 of 1 ─[\s\S]* ten\.png/);
  const failed = { type: 'job-finished', step: 10, reason: 'failed', failed: 1, message: 'the disk is full' } as const;
  t.match(screen([runOf(t, [begun, failed])])[1], /▲ job failed: the disk is full/);
});

t.test('nothing to show yet is told, not a blank screen', async (t) => {
  t.match(screen([]).join(''), /No run here yet/);
  t.match(screen([runOf(t, [])]).join('\n'), /meadow {2}● starting/);
});
