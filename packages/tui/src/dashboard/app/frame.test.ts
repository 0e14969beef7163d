import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { RunEventBody } from '@instagan/core/events';
import t from 'tap';
import { PANELS } from '../panels/panel-list.ts';
import { viewsOf } from '../state/dashboard-state.ts';
import type { Panel } from '../state/panel.ts';
import { JOB_STARTED, loggedRun, meadowEvents, trainedRun, User } from '../test-support.ts';

t.test('at a glance: where the run is, how fast, how well, and its pictures', async (t) => {
  const user = new User([loggedRun(t, meadowEvents())]);
  user.frame();
  await delay(5);
  const text = user.screen();
  t.match(text, /^ meadow {2}● lost {2}█+░* 50 % +step 200\/400 {2}epoch 4\/8/);
  t.match(text, /lr 2e-4, 1e-4 +s\/step 0\.500 +images\/s 4\.00 +RSS 548 MB +tensors 526, 53 MB/);
  t.match(text, /backend wasm \(2 threads, SIMD\) +checkpoint step 200/);
  t.match(text, /─ content losses ─+ linear, smoothed 0\.9 ─/);
  t.match(text, /cycleA 0\.\d+ {2}contextA 1/);
  t.match(text, /samples ─+ step 200, 4 of 4 ─/);
  t.match(text, /A to B: input, masks, output/);
  t.match(text, /q leave/);
});

t.test('in a warm-up the header says so, in place of a time that its short steps would get wrong', async (t) => {
  const [start, ...rest] = meadowEvents();
  const headerOf = (warmUp: number) => {
    const config = { batch: 1, init: null, warmUp };
    const run = trainedRun(t, [{ ...start, config } as RunEventBody, ...rest], `warm-up-${warmUp}`);
    return new User([run]).lines()[0];
  };
  t.match(headerOf(250), /step 200\/400 {2}epoch 4\/8 {2}warm-up$/);
  t.match(headerOf(100), /step 200\/400 {2}epoch 4\/8 {2}ETA 1 min 40 s$/);
  t.match(headerOf(400), /ETA 1 min 40 s$/, 'all steps of the run are alike');
});

t.test('every width from 40 to 200 fits: no line is longer, the keys are always there', async (t) => {
  const run = loggedRun(t, meadowEvents());
  for (const columns of [40, 60, 80, 119, 120, 160, 200]) {
    for (const rows of [12, 24, 50, 70]) {
      for (const [i, view] of viewsOf(PANELS).entries()) {
        const user = new User([run], { columns, rows, disk: 'the disk is nearly full' }).press(String(i + 1));
        const lines = user.lines();
        t.ok(
          lines.length <= rows && lines.every((line) => [...line].length <= columns),
          `${view} at ${columns}x${rows}`,
        );
        t.match(lines[rows - 1], 'q leave', `keys of ${view} at ${columns}x${rows}`);
        for (const { name, area, lines } of user.frame().texts) {
          t.ok(lines.length <= area.rows && area.row + area.rows <= rows, `${name} of ${view} at ${columns}x${rows}`);
          t.ok(name === 'key-line' || area.row + area.rows < rows, `${name} of ${view} leaves the keys alone`);
        }
      }
    }
  }
});

t.test('a screen that is too small says so', async (t) => {
  t.match(new User([loggedRun(t, meadowEvents())], { columns: 39, rows: 10 }).screen(), /39x10 is too small/);
});

t.test('a panel is one object: its view, keys, hint and help follow from the list', async (t) => {
  const clock: Panel = {
    id: 'clock',
    wants: {
      place: 'body',
      view: { takesAllRows: true },
      overview: { column: 'right', importance: 0, minRows: 2, spareRows: 4 },
    },
    rows: () => 2,
    render: ({ nowMs }) => ({ lines: ['─ clock ─', new Date(nowMs).toISOString()] }),
    keys: { z: () => ({ effect: { kind: 'message', text: 'bong' } }) },
    help: [{ keys: 'z', does: 'strike the hour', hint: 'strike' }],
  };
  const others = PANELS.filter(({ id }) => id !== 'machine');
  const panels = [...others, clock];
  const user = new User([loggedRun(t, meadowEvents())], { panels, columns: 160, rows: 50 });
  const number = viewsOf(panels).length;
  t.match(user.screen(), /─ events ─[\s\S]*─ clock ─[\s\S]*2024-01-01T12:01:50.000Z[\s\S]* z strike/);
  t.match(user.lines().at(-1), ` 1-${number} views `);
  t.match(user.press(String(number)).lines()[2], /^─ clock ─/);
  t.same(user.press('z').effects, [{ kind: 'message', text: 'bong' }]);
  t.match(user.press('?').screen(), /z +strike the hour/);
  t.match(user.screen(), new RegExp(` ${number} +clock`));
});

t.test('alarms are on top, and what can only be seen from outside too', async (t) => {
  const alarm: RunEventBody = {
    type: 'alarm',
    code: 'loss-exploding',
    message: 'cycleA is 99 times its average',
    step: 200,
  };
  const run = loggedRun(t, [...meadowEvents(), alarm]);
  const user = new User([run], { disk: 'the disk is nearly full' });
  t.match(user.lines()[1], /▲ the disk is nearly full/);
  t.match(user.lines()[2], /▲ the training process is gone/);
  t.match(user.frame().title, /^▲ the disk is nearly full · meadow lost 50 %$/);
  const end: RunEventBody = { type: 'run-finished', step: 200, reason: 'completed', checkpoint: null };
  const only = new User([loggedRun(t, [...meadowEvents(), alarm, end], 'ended')]);
  t.match(only.lines()[1], /▲ step 200: cycleA is 99 times its average/);
  const failed = loggedRun(t, [...meadowEvents(), { type: 'run-failed', step: 200, message: 'no memory' }], 'failed');
  t.match(new User([failed]).lines()[1], /▲ training failed: no memory/);
});

t.test('alarms are shown with the whole of their advice, and leave room for the rest', async (t) => {
  const message =
    'cycleA is 99 times its average of the last 100 steps: lower the learning rate with L, or stop with X and ' +
    'continue from the last good checkpoint with --resume --learning-rate 1e-4,5e-5';
  const alarm = (step: number): RunEventBody => ({ type: 'alarm', code: 'loss-exploding', message, step });
  const run = loggedRun(t, [...meadowEvents(), ...[1, 2, 3, 4, 5, 6, 7, 8].map(alarm)]);
  for (const columns of [60, 80, 100, 200]) {
    const lines = new User([run], { columns, rows: 24 }).lines();
    const shown = lines.slice(
      1,
      lines.findIndex((line) => line.startsWith(' lr ')),
    );
    t.match(shown.map((line) => line.trim()).join(' '), `▲ step 8: ${message}`, `${columns} columns`);
    t.match(shown.at(-1), /^ ▲ \d more: press 4$/);
    t.ok(shown.length <= 8, `${shown.length} of 24 rows`);
  }
});

t.test('every view writes its keys on the screen', async (t) => {
  const run = trainedRun(t, meadowEvents());
  for (const columns of [60, 80, 100, 200]) {
    for (const [i, view] of viewsOf(PANELS).entries()) {
      const keys = new User([run], { columns })
        .press(String(i + 1))
        .lines()
        .slice(-3)
        .join('\n');
      const own = PANELS.find(({ id }) => id === view)?.help ?? [];
      for (const { keys: names, hint } of own) {
        if (hint === undefined) t.fail(`${names} of ${view} has no hint`);
        if (typeof hint === 'string') t.match(keys, ` ${names.replaceAll(' ', '')} ${hint}`, `${view} at ${columns}`);
      }
    }
  }
});

t.test('a training in the background that is gone is known by the last words it printed', async (t) => {
  const run = loggedRun(t, meadowEvents());
  const log = path.join(run.folder, 'train.log');
  writeFileSync(log, 'step 1\ninstagan: The disk is full: free some space, then run the command again.\n');
  run.checkAlive();
  t.match(new User([run]).lines()[1], /▲ training failed: The disk is full: free some space/);
  writeFileSync(log, 'step 1\nstep 2\n');
  run.checkAlive();
  t.match(new User([run]).lines()[1], /▲ the training process is gone/);
});

t.test('a run of another kind shows what it has: other losses, scores, pictures without a direction', async (t) => {
  const run = loggedRun(t, [
    meadowEvents()[0]!,
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
  const text = new User([run], { columns: 160 }).screen();
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
  const steps = [1, 2, 3, 4, 5, 6, 7, 8].map(seconds);
  const run = loggedRun(t, [JOB_STARTED, ...steps, { ...seconds(10), path: '/translated/ten.png' } as RunEventBody]);
  const user = new User([run], { columns: 160 });
  user.frame();
  await delay(5);
  const text = user.screen();
  t.match(text, /^ translate photos {2}● lost .* 25 % +image 10\/40/);
  t.match(text, /▲ the process of the job is gone/);
  t.match(text, /images\/s \d.* model \/runs\/meadow +input \/photos +output \/translated/);
  t.match(text, /─ seconds an image ─/);
  t.match(text, /samples ─+ image 10, 1 of 1 ─[\s\S]* ten\.png/);
  const failed = { type: 'job-finished', step: 10, reason: 'failed', failed: 1, message: 'the disk is full' } as const;
  t.match(new User([loggedRun(t, [JOB_STARTED, failed], 'failed')]).lines()[1], /▲ job failed: the disk is full/);
});

t.test('nothing to show yet is told, not a blank screen', async (t) => {
  t.match(new User([]).screen(), /No runs yet/);
  t.match(new User([loggedRun(t, [])]).screen(), /meadow {2}● starting/);
});
