import { wrapped } from '../../output/text-width.ts';
import type { Panel } from '../state/panel.ts';
import type { Theme } from '../terminal/theme.ts';

/** Share of the screen that alarms may take, with the whole of their advice. */
const MAX_SHARE = 1 / 3;
const MARK = ' ▲ ';

/** What is wrong, on top of everything else. */
export const alarmsPanel: Panel = {
  id: 'alarms',
  wants: { place: 'top' },
  render: ({ alarms, rows, theme }, { columns }) => ({
    lines: alarmLines(alarms, columns, Math.floor(rows * MAX_SHARE), theme),
  }),
};

/** Whole alarms, newest first, as many as there is room for; the number of the others. */
function alarmLines(alarms: readonly string[], columns: number, maxRows: number, theme: Theme): string[] {
  const lines: string[] = [];
  for (const [i, alarm] of alarms.entries()) {
    const own = wrapped(alarm, columns - MARK.length).map((line, at) => `${at === 0 ? MARK : '   '}${line}`);
    const isLast = i === alarms.length - 1;
    if (i > 0 && lines.length + own.length + (isLast ? 0 : 1) > maxRows) {
      lines.push(`${MARK}${alarms.length - i} more: press 4`);
      break;
    }
    lines.push(...own);
  }
  return lines.map((line) => theme.paint('alarm', line));
}
