import { formatBytes } from '../../output/format.ts';
import { cutTo, fitted } from '../../output/text-width.ts';
import { sparkline } from '../charts/sparkline.ts';
import type { Area, DrawContext, Panel } from '../state/panel.ts';
import type { Role, Theme } from '../terminal/theme.ts';
import type { Amount, MachineMeters } from '../watch/machine.ts';
import { titleLine } from './text.ts';

const NAME_COLUMNS = 8;
const MAX_SPARK_COLUMNS = 60;
/** Of the share and what is said behind it. */
const TEXT_COLUMNS = 28;
/** A fuller disk or memory is close to its end. */
const HIGH_SHARE = 0.9;

/** Processors, memory, disk and GPUs of this machine, beside the curves of a run that is trained on it. */
export const machinePanel: Panel = {
  id: 'machine',
  wants: {
    place: 'body',
    view: { takesAllRows: true },
    overview: { column: 'right', importance: 0.5, minRows: 4, spareRows: 5 },
  },
  rows: ({ run, machine }) => (run.isLiveHere && machine !== null ? 1 + metersOf(machine).length : 0),
  render: (context, area) => ({ lines: machineLines(context, area) }),
};

interface Meter {
  readonly name: string;
  readonly shares: readonly number[];
  readonly text: string;
  /** Whether being full is bad, and not the aim. */
  readonly runsOut: boolean;
}

function machineLines({ run, machine, theme }: DrawContext, { columns }: Area): string[] {
  const note = run.isLiveHere ? '' : 'the run is not trained on it now';
  const title = titleLine('machine', note, columns, theme);
  if (machine === null) return [title, theme.paint('dim', ' reading')];
  return [title, ...metersOf(machine).map((meter) => meterLine(meter, columns, theme))];
}

function metersOf({ cores, cpu, memory, memoryBytes, diskBytes, gpus }: MachineMeters): Meter[] {
  const disk: Meter[] =
    diskBytes === null
      ? []
      : [
          {
            name: 'disk',
            shares: [diskBytes.used / diskBytes.total],
            text: `${formatBytes(diskBytes.total - diskBytes.used)} free`,
            runsOut: true,
          },
        ];
  return [
    { name: 'cpu', shares: cpu, text: `of ${cores} cores`, runsOut: false },
    { name: 'memory', shares: memory, text: amountText(memoryBytes), runsOut: true },
    ...disk,
    ...gpus.flatMap(({ name, busy, memory, memoryBytes, celsius, watts }, i): Meter[] => {
      const figures = [celsius === null ? '' : `${celsius} °C`, watts === null ? '' : `${Math.round(watts)} W`, name];
      return [
        { name: `gpu ${i}`, shares: busy, text: figures.filter((text) => text !== '').join(' '), runsOut: false },
        { name: '  memory', shares: memory, text: amountText(memoryBytes), runsOut: true },
      ];
    }),
  ];
}

function amountText({ used, total }: Amount): string {
  return `${(used / 1e9).toFixed(1)} of ${formatBytes(total)}`;
}

function meterLine({ name, shares, text, runsOut }: Meter, columns: number, theme: Theme): string {
  const share = shares.at(-1) ?? 0;
  const sparkColumns = Math.max(4, Math.min(MAX_SPARK_COLUMNS, columns - NAME_COLUMNS - TEXT_COLUMNS - 3));
  const role: Role = runsOut && share >= HIGH_SHARE ? 'warning' : 'good';
  // A disk fills too slowly for a history.
  const filled = Math.round(share * sparkColumns);
  const spark =
    shares.length > 1 ? sparkline(shares, sparkColumns) : '█'.repeat(filled) + '░'.repeat(sparkColumns - filled);
  const percent = `${Math.round(share * 100)} %`.padStart(5);
  const rest = cutTo(text, Math.max(0, columns - NAME_COLUMNS - sparkColumns - percent.length - 4));
  return ` ${theme.paint('dim', fitted(name, NAME_COLUMNS))} ${theme.paint(role, spark)} ${percent} ${theme.paint('dim', rest)}`;
}
