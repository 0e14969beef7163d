import { figuresOf } from '../log/run-figures.ts';
import type { Panel } from '../state/panel.ts';
import { flow } from './text.ts';

/** Figures of the run in focus: pace, memory, device, the last checkpoint. */
export const statusPanel: Panel = {
  id: 'status',
  wants: { place: 'top', yields: true },
  render: ({ run, nowMs, theme }, { columns }) => {
    const pieces = figuresOf(run, nowMs).map(([label, value]) => ({
      plain: `${label} ${value}`,
      painted: `${theme.paint('dim', label)} ${value}`,
    }));
    return { lines: flow(pieces, columns - 2, 3).map(({ painted }) => ` ${painted}`) };
  },
};
