import type { Panel } from './panel.ts';
import { fitted } from './text.ts';

const MAX_ALARMS = 2;

/** What is wrong, on top of everything else. */
export const alarmsPanel: Panel = {
  id: 'alarms',
  wants: { place: 'top' },
  render: ({ alarms, theme }, { columns }) => ({
    lines: alarms.slice(0, MAX_ALARMS).map((text) => theme.paint('alarm', fitted(` ▲ ${text}`, columns))),
  }),
};
