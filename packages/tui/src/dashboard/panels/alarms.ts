import { fitted } from '../../output/text-width.ts';
import type { Panel } from './panel.ts';

const MAX_ALARMS = 2;

/** What is wrong, on top of everything else. */
export const alarmsPanel: Panel = {
  id: 'alarms',
  wants: { place: 'top' },
  render: ({ alarms, theme }, { columns }) => ({
    lines: alarms.slice(0, MAX_ALARMS).map((text) => theme.paint('alarm', fitted(` ▲ ${text}`, columns))),
  }),
};
