import { formatSeconds } from '../../output/format.ts';
import { cutTo, fitted, textWidth } from '../../output/text-width.ts';
import type { RunEntry, RunStatus } from '../log/run-entry.ts';
import { withFocus } from '../state/dashboard-state.ts';
import type { Panel } from '../state/panel.ts';
import type { Role, Theme } from '../terminal/theme.ts';
import type { Piece } from './text.ts';

export const STATUS_ROLES: Readonly<Record<RunStatus, Role>> = {
  starting: 'accent',
  running: 'good',
  paused: 'warning',
  completed: 'accent',
  interrupted: 'warning',
  failed: 'alarm',
  lost: 'alarm',
};

const MAX_NAME_COLUMNS = 30;
const MAX_BAR_COLUMNS = 30;
const MIN_BAR_COLUMNS = 12;

/** Name, state, progress and time left of the run in focus, on one line. */
export const headerPanel: Panel = {
  id: 'header',
  wants: { place: 'top' },
  render: ({ run, theme }, { columns }) => ({ lines: [headerLine(run, columns, theme)] }),
  keys: {
    tab: (state, { run, runs, panels }) => {
      const next = runs[(runs.indexOf(run) + 1) % runs.length] ?? run;
      return { state: withFocus(state, next.folder, panels) };
    },
  },
  help: [{ keys: 'tab', does: 'show the next run', hint: ({ runs }) => (runs.length > 1 ? 'run' : null) }],
};

function headerLine(run: RunEntry, width: number, theme: Theme): string {
  const { step, totalSteps, item } = run.log.state;
  const total = totalSteps ?? 0;
  const share = total === 0 ? 0 : Math.min(1, step / total);
  const name = cutTo(run.name, MAX_NAME_COLUMNS);
  const status = `● ${run.status}`;
  const left = ` ${name}  ${status}`;
  const progress = `${item} ${step}${total > 0 ? `/${total}` : ''}`;
  const right = [progress, epochText(run), etaText(run)].filter((text) => text !== '');
  const leftWidth = textWidth(left);
  while (right.length > 1 && leftWidth + right.join('  ').length + 3 > width) right.splice(1, 1);
  const tail = right.join('  ');
  const room = width - leftWidth - tail.length - 5;
  const hasBar = room >= MIN_BAR_COLUMNS;
  const bar = hasBar ? progressBar(share, Math.min(MAX_BAR_COLUMNS, room - 6), theme) : { plain: '', painted: '' };
  const gap = ' '.repeat(Math.max(1, width - leftWidth - tail.length - bar.plain.length - 3));
  const painted = ` ${theme.paint('strong', name)}  ${theme.paint(STATUS_ROLES[run.status], status)}`;
  if (leftWidth > width) return fitted(left, width);
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
  if (run.log.state.isWarmingUp) return 'warm-up';
  return `ETA ${formatSeconds((totalSteps - step) * pace)}`;
}
