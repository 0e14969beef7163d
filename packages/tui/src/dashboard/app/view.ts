import type { RunEntry } from '../log/run-entry.ts';
import type { PictureStore } from '../pictures/picture-store.ts';
import type { TerminalCapabilities } from '../terminal/capabilities.ts';
import type { Overlay } from '../terminal/screen.ts';
import type { Theme } from '../terminal/theme.ts';
import type { DashboardState, KeyContext } from './dashboard-state.ts';
import { helpLines, keyLine } from './help.ts';
import { type Area, layoutFor, MIN_COLUMNS, MIN_ROWS } from './layout.ts';
import {
  alarmLines,
  alarmTexts,
  chartLines,
  eventLines,
  headerLine,
  pickerLines,
  runLines,
  shownCurves,
  statusLines,
} from './panels.ts';
import { samplePanel, sampleRows } from './sample-panel.ts';

/** Text at a place on the screen. */
export interface Panel {
  readonly name: string;
  readonly area: Area;
  readonly lines: readonly string[];
}

/** What is on the screen. */
export interface View {
  readonly panels: readonly Panel[];
  /** Charts and pictures, which are no business of Ink's. */
  overlays: readonly Overlay[];
  readonly title: string;
}

export interface ViewInput {
  readonly runs: readonly RunEntry[];
  readonly state: DashboardState;
  readonly context: KeyContext;
  readonly columns: number;
  readonly rows: number;
  readonly nowMs: number;
  /** What is wrong with the disk, if anything. */
  readonly disk: string | null;
  /** What was last said to the person at the keyboard. */
  readonly message: string | null;
  readonly theme: Theme;
  readonly terminal: TerminalCapabilities;
  readonly pictures: PictureStore;
}

/** Everything that is on the screen, from what the runs are and what was chosen to be seen. */
export function viewOf(input: ViewInput): View {
  const { runs, state, context, columns, rows, theme, terminal, pictures, nowMs } = input;
  const run = runs[state.focus];
  const whole: Area = { column: 0, row: 0, columns, rows };
  if (columns < MIN_COLUMNS || rows < MIN_ROWS) {
    const text = `${columns}x${rows} is too small: make it ${MIN_COLUMNS}x${MIN_ROWS} or more.`;
    return {
      panels: [{ name: 'notice', area: whole, lines: [text.slice(0, columns)] }],
      overlays: [],
      title: 'instagan',
    };
  }
  if (run === undefined) {
    const lines = [' No run here yet: instagan train --run runs/NAME makes one.', ' q leaves.'];
    return { panels: [{ name: 'notice', area: whole, lines }], overlays: [], title: 'instagan' };
  }
  const alarms = alarmTexts(run, input.disk, nowMs);
  const top = alarmLines(alarms, columns, theme);
  const status = statusLines(run, nowMs, columns, theme);
  const layout = layoutFor(columns, rows, {
    view: state.view,
    alarmLines: top.length,
    statusLines: () => status.length,
    hasSamples: run.log.state.samples.length > 0,
    sampleRowsFor: (width) => sampleRows(run, pictures, width),
    keyLines: 1,
  });
  const panels: Panel[] = [{ name: 'header', area: layout.header, lines: [headerLine(run, columns, theme)] }];
  const overlays: Overlay[] = [];
  const add = (name: string, area: Area | null, lines: (area: Area) => readonly string[]) => {
    if (area !== null && area.rows > 0) panels.push({ name, area, lines: lines(area).slice(0, area.rows) });
  };
  add('alarms', layout.alarms, () => top);
  add('status', layout.status, () => status);
  if (state.isHelpOpen || state.picker !== null) {
    const row = layout.header.rows + top.length + (layout.status === null ? 0 : status.length);
    const area: Area = { column: 0, row, columns, rows: layout.keys.row - row };
    if (state.isHelpOpen) add('help', area, () => helpLines(context, columns, area.rows, theme));
    else add('picker', area, () => pickerLines(run, state, area, theme));
  } else {
    for (const [i, area] of layout.charts.entries()) {
      const group = shownCurves(run, state, i);
      // Curves chosen by hand are one group: the second chart shows the first of the usual ones.
      const own = i > 0 && state.chosen !== null ? shownCurves(run, { ...state, chosen: null, group: 0 }) : group;
      const lines = chartLines(runs, state, own, area, theme, !terminal.isUnicode);
      // A chart changes colour in every other character, which is much work for Ink: the screen writes it as it is.
      if (lines.length > 0)
        overlays.push({ key: `chart ${i}`, ...area, rows: lines.length, content: { kind: 'text', lines } });
    }
    add('samples', layout.samples, (area) => {
      const panel = samplePanel(run, state, pictures, area, theme);
      overlays.push(...panel.overlays);
      return panel.lines;
    });
    add('events', layout.events, (area) => eventLines(run, state, area, theme));
    add('runs', layout.runs, (area) => runLines(runs, state, area, theme));
  }
  add('keys', layout.keys, () => [keyLine(state, context, input.message, columns, theme)]);
  return { panels, overlays, title: titleOf(run, alarms) };
}

/** The title of the terminal's window: the alarm first, as windows in the background show little more. */
function titleOf(run: RunEntry, alarms: readonly string[]): string {
  const { step, totalSteps } = run.log.state;
  const total = totalSteps ?? 0;
  const percent = total === 0 ? '' : ` ${Math.floor((100 * step) / total)} %`;
  const alarm = alarms.length === 0 ? '' : `▲ ${alarms[0]!.slice(0, 60)} · `;
  return `${alarm}${run.name} ${run.status}${percent}`;
}
