import type { Panel } from '../state/panel.ts';
import { alarmsPanel } from './alarms.ts';
import { comparePanel } from './compare.ts';
import { controlPanel } from './control.ts';
import { curvePickerPanel } from './curve-picker.ts';
import { curvesPanel } from './curves.ts';
import { eventsPanel } from './events.ts';
import { headerPanel } from './header.ts';
import { helpPanel } from './help.ts';
import { keyLinePanel } from './key-line.ts';
import { logPanel } from './log.ts';
import { machinePanel } from './machine.ts';
import { runsPanel } from './runs.ts';
import { samplesPanel } from './samples.ts';
import { settingsPanel } from './settings.ts';
import { statusPanel } from './status.ts';

/**
 * All panels. The order is that on the screen, of the number keys of their views, of the hints at the bottom and of the
 * help; of two that take the same key, the first one gets it, unless the other one's view is shown.
 */
export const PANELS: readonly Panel[] = [
  controlPanel,
  headerPanel,
  alarmsPanel,
  statusPanel,
  curvesPanel,
  samplesPanel,
  eventsPanel,
  runsPanel,
  settingsPanel,
  comparePanel,
  logPanel,
  machinePanel,
  curvePickerPanel,
  helpPanel,
  keyLinePanel,
];
