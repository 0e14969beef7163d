import { formatBytes, formatSeconds } from '../../output/format.ts';
import { shortNumber } from '../charts/axis.ts';
import { type Curve, curveChart } from '../charts/curve-chart.ts';
import { type CurveGroup, curveGroups, curveLabel, SCORE } from '../log/curve-groups.ts';
import type { RunEntry, RunStatus } from '../log/run-entry.ts';
import type { FeedEntry } from '../log/run-state.ts';
import { CURVE_ROLES, type Role, type Theme } from '../terminal/theme.ts';
import { type DashboardState, SMOOTHINGS } from './dashboard-state.ts';
import type { Area } from './layout.ts';
import { fitted, flow, type Piece, titleLine } from './text.ts';

const STATUS_ROLES: Readonly<Record<RunStatus, Role>> = {
  starting: 'accent',
  running: 'good',
  paused: 'warning',
  completed: 'accent',
  interrupted: 'warning',
  failed: 'alarm',
  lost: 'alarm',
};
/** Alarms shown on top. */
const MAX_ALARMS = 2;
/** A training that makes no step for as long as so many usual ones is stuck. */
const PATIENCE_STEPS = 30;
const MIN_PATIENCE_MS = 120_000;
/** Of the names in the list of runs. */
const MIN_NAME_WIDTH = 14;

/** Name, state, progress and time left of a run, on one line. */
export function headerLine(run: RunEntry, width: number, theme: Theme): string {
  const { step, totalSteps, item } = run.log.state;
  const total = totalSteps ?? 0;
  const share = total === 0 ? 0 : Math.min(1, step / total);
  const name = run.name.length > 30 ? `${run.name.slice(0, 29)}…` : run.name;
  const status = `● ${run.status}`;
  const left = ` ${name}  ${status}`;
  const epoch = epochText(run);
  const eta = etaText(run);
  const right = [`${item} ${step}${total > 0 ? `/${total}` : ''}`, epoch, eta].filter((text) => text !== '');
  while (right.length > 1 && left.length + right.join('  ').length + 3 > width) right.splice(1, 1);
  const tail = right.join('  ');
  const room = width - left.length - tail.length - 5;
  const bar = room >= 12 ? progressBar(share, Math.min(30, room - 6), theme) : { plain: '', painted: '' };
  const gap = ' '.repeat(Math.max(1, width - left.length - tail.length - bar.plain.length - 3));
  const painted = ` ${theme.paint('strong', name)}  ${theme.paint(STATUS_ROLES[run.status], status)}`;
  if (left.length > width) return fitted(left, width);
  return `${painted}  ${bar.painted}${gap}${tail}`;
}

function progressBar(share: number, width: number, theme: Theme): Piece {
  const eighths = Math.round(share * width * 8);
  const full = Math.floor(eighths / 8);
  const part = full < width && eighths % 8 > 0 ? ' ▏▎▍▌▋▊▉'[eighths % 8] : '';
  const done = '█'.repeat(full) + part;
  const open = '░'.repeat(width - done.length);
  const percent = ` ${Math.floor(share * 100)} %`;
  return { plain: done + open + percent, painted: theme.paint('accent', done) + theme.paint('dim', open) + percent };
}

function epochText(run: RunEntry): string {
  const { started, step } = run.log.state;
  if (started === null || started.stepsPerEpoch === 0) return '';
  const epochs = Math.ceil(started.totalSteps / started.stepsPerEpoch);
  return `epoch ${Math.min(epochs, Math.floor(Math.max(0, step - 1) / started.stepsPerEpoch) + 1)}/${epochs}`;
}

function etaText(run: RunEntry): string {
  const { totalSteps, step } = run.log.state;
  const pace = run.log.state.secondsPerStep();
  if (totalSteps === null || pace === null || run.status !== 'running') return '';
  return `ETA ${formatSeconds((totalSteps - step) * pace)}`;
}

const GONE = {
  training: 'the training is gone without a word: it was killed, or the machine went down; resume it with --resume',
  job: 'the job is gone without a word: it was killed, or the machine went down',
} as const;

/** Alarms that stand, newest first: those of the training, and what can only be seen from outside. */
export function alarmTexts(run: RunEntry, disk: string | null, nowMs: number): string[] {
  const { alarms, end, stepMs, job, item } = run.log.state;
  const kind = job === null ? 'training' : 'job';
  const texts = alarms.map(({ step, message }) => `step ${step}: ${message}`);
  if (end?.outcome === 'failed') texts.push(`${kind} failed: ${end.message}`);
  if (run.status === 'lost') texts.push(run.lastWords === null ? GONE[kind] : `${kind} failed: ${run.lastWords}`);
  const silentMs = nowMs - stepMs;
  const patienceMs = Math.max(MIN_PATIENCE_MS, 1000 * PATIENCE_STEPS * (run.log.state.secondsPerStep() ?? 0));
  if (run.status === 'running' && stepMs > 0 && silentMs > patienceMs) {
    texts.push(`no ${item} for ${formatSeconds(Math.round(silentMs / 1000))}`);
  }
  if (run.log.fault !== null) texts.push(run.log.fault);
  if (disk !== null) texts.push(disk);
  return texts.reverse();
}

/** Alarms as lines on top of the screen. */
export function alarmLines(texts: readonly string[], width: number, theme: Theme): string[] {
  return texts.slice(0, MAX_ALARMS).map((text) => theme.paint('alarm', fitted(` ▲ ${text}`, width)));
}

/** Figures of the run, as pieces that flow into lines. */
export function statusLines(run: RunEntry, nowMs: number, width: number, theme: Theme): string[] {
  const { series, state } = run.log;
  const { job, item, backend } = state;
  const latest = (name: string) => series.latest(name);
  const items: [string, string][] = [];
  const [generator, discriminator] = [latest('learningRate.generator'), latest('learningRate.discriminator')];
  const pace = state.secondsPerStep();
  if (generator !== null && discriminator !== null) {
    const both =
      generator === discriminator ? shortNumber(generator) : `${shortNumber(generator)}, ${shortNumber(discriminator)}`;
    items.push(['lr', both]);
  }
  if (pace !== null) {
    items.push([`s/${item}`, pace.toPrecision(3)]);
    items.push(
      job === null
        ? ['images/s', (state.imagesPerStep / pace).toPrecision(3)]
        : [`${item}s/s`, (1 / pace).toPrecision(3)],
    );
  }
  for (const [name, score] of Object.entries(state.scores)) items.push([name, score.toFixed(3)]);
  const [tensors, tensorBytes, rss] = [
    latest('memory.tensors'),
    latest('memory.tensorBytes'),
    latest('memory.rssBytes'),
  ];
  if (rss !== null) items.push(['RSS', formatBytes(rss)]);
  if (tensors !== null && tensorBytes !== null)
    items.push(['tensors', `${Math.round(tensors)}, ${formatBytes(tensorBytes)}`]);
  if (backend !== null) items.push(['backend', `${backend.name} (${backend.device})`]);
  if (job !== null) items.push(['model', job.run], ['input', job.input], ['output', job.output]);
  if (state.failedItems > 0) items.push(['failed', String(state.failedItems)]);
  if (state.checkpoint !== null) {
    const age = run.isLive ? `, ${ageText((nowMs - state.checkpoint.timeMs) / 1000)} ago` : '';
    items.push(['checkpoint', `step ${state.checkpoint.step}${age}`]);
  }
  if (run.log.progress < 1) {
    const sketch = run.log.isSurveyed ? ', shown from samples of it' : '';
    items.push(['reading log', `${Math.floor(100 * run.log.progress)} %${sketch}`]);
  }
  const pieces = items.map(([label, value]) => ({
    plain: `${label} ${value}`,
    painted: `${theme.paint('dim', label)} ${value}`,
  }));
  return flow(pieces, width - 2, 3).map((line) => ` ${line}`);
}

/** An age that does not change every second. */
function ageText(seconds: number): string {
  if (seconds < 10) return 'seconds';
  return formatSeconds(seconds < 60 ? Math.floor(seconds / 10) * 10 : Math.floor(seconds / 60) * 60).replace(
    / 0 s$/,
    '',
  );
}

/** The curves that a state shows of a run, by name. */
export function shownCurves(run: RunEntry, state: DashboardState, offset = 0): CurveGroup {
  const groups = curveGroups(run.log.series.names);
  if (state.chosen !== null) return { title: 'chosen curves', names: state.chosen };
  return groups[(state.group + offset) % Math.max(1, groups.length)] ?? { title: 'losses', names: [] };
}

/** A chart of a group of curves, with its title. */
export function chartLines(
  runs: readonly RunEntry[],
  state: DashboardState,
  group: CurveGroup,
  area: Area,
  theme: Theme,
  isAscii: boolean,
): string[] {
  const focused = runs[state.focus];
  if (focused === undefined || area.rows < 2) return [];
  const drawn = state.isOverlaid ? runs : [focused];
  const lastStep = Math.max(1, ...drawn.map((run) => run.log.series.lastStep));
  const { from, to } = state.range ?? { from: 0, to: lastStep };
  // Scores of thousands of pixels need no smoothing, and there are few.
  const isScored = group.names.every((name) => name.startsWith(SCORE));
  const smoothing = isScored ? 0 : (SMOOTHINGS[state.smoothing] as number);
  const curves: Curve[] = [];
  for (const name of group.names) {
    for (const run of drawn) {
      const label = state.isOverlaid ? `${run.name}:${curveLabel(name)}` : curveLabel(name);
      const role = CURVE_ROLES[curves.length % CURVE_ROLES.length]!;
      curves.push({ label, role, points: run.log.series.points(name, from, to, area.columns * 2, smoothing) });
    }
  }
  const notes = [state.isLog ? 'log' : 'linear', smoothing === 0 ? 'not smoothed' : `smoothed ${smoothing}`];
  if (state.range !== null) notes.push(`steps ${Math.round(from)} to ${Math.round(to)}`);
  return [
    titleLine(group.title, notes.join(', '), area.columns, theme),
    ...curveChart({
      width: area.columns,
      height: area.rows - 1,
      curves,
      fromStep: from,
      toStep: to,
      isLog: state.isLog,
      showsRaw: state.showsRaw && smoothing > 0 && curves.length <= 4,
      cursorStep: state.cursor,
      theme,
      isAscii,
    }),
  ];
}

const FEED_ROLES: Readonly<Record<FeedEntry['kind'], Role>> = { alarm: 'alarm', warning: 'warning', note: 'plain' };

/** What happened, newest last. */
export function eventLines(run: RunEntry, state: DashboardState, area: Area, theme: Theme): string[] {
  const { feed } = run.log.state;
  const rows = area.rows - 1;
  const end = Math.max(Math.min(rows, feed.length), feed.length - state.scroll);
  const entries = feed.slice(Math.max(0, end - rows), end);
  const note = end < feed.length ? `${feed.length - end} more below` : '';
  return [
    titleLine('events', note, area.columns, theme),
    ...entries.map(({ timeMs, step, kind, text }) => {
      const time = new Date(timeMs).toTimeString().slice(0, 8);
      const head = ` ${time} ${step === null ? '' : String(step)}`.padEnd(18);
      return (
        theme.paint('dim', head) + theme.paint(FEED_ROLES[kind], fitted(text, Math.max(0, area.columns - head.length)))
      );
    }),
  ];
}

/** All runs with their state. */
export function runLines(runs: readonly RunEntry[], state: DashboardState, area: Area, theme: Theme): string[] {
  const rows = area.rows - 2;
  const first = Math.max(0, Math.min(state.focus - Math.floor(rows / 2), runs.length - rows));
  const head = ['run', 'state', 'step', 's/step', ''];
  const shown = runs.slice(first, first + rows).map((run) => ({ run, cells: runCells(run) }));
  const widths = head.map((title, i) => Math.max(title.length, ...shown.map(({ cells }) => cells[i]!.length)) + 2);
  // A narrow screen shortens names.
  const others = widths.slice(1).reduce((sum, width) => sum + width, 1);
  widths[0] = Math.max(MIN_NAME_WIDTH, Math.min(widths[0]!, area.columns - others));
  const line = (cells: readonly string[]) =>
    fitted(` ${cells.map((cell, i) => `${fitted(cell, widths[i]! - 2)}  `).join('')}`, area.columns);
  const lines = shown.map(({ run, cells }, i) => {
    const text = line(cells);
    return first + i === state.focus ? theme.inverse(text) : theme.paint(STATUS_ROLES[run.status], text);
  });
  return [titleLine('runs', `${runs.length}`, area.columns, theme), theme.paint('dim', line(head)), ...lines];
}

function runCells({ name, status, log }: RunEntry): string[] {
  const { step, totalSteps, alarms } = log.state;
  const pace = log.state.secondsPerStep();
  const steps = status === 'starting' ? '' : totalSteps === null ? String(step) : `${step}/${totalSteps}`;
  const alarm = alarms.length === 0 ? '' : `▲ ${alarms.at(-1)!.code}`;
  return [name, status, steps, pace === null ? '' : `${pace.toPrecision(3)} s`, alarm];
}

/** The list from which curves are chosen. */
export function pickerLines(run: RunEntry, state: DashboardState, area: Area, theme: Theme): string[] {
  const { names } = run.log.series;
  const shown = shownCurves(run, state).names;
  const rows = area.rows - 1;
  const first = Math.max(0, Math.min((state.picker ?? 0) - Math.floor(rows / 2), names.length - rows));
  return [
    titleLine('choose curves', 'up, down, space; any other key closes', area.columns, theme),
    ...names.slice(first, first + rows).map((name, i) => {
      const text = fitted(` [${shown.includes(name) ? 'x' : ' '}] ${name}`, area.columns);
      return first + i === state.picker ? theme.inverse(text) : text;
    }),
  ];
}
