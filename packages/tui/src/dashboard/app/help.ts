import type { Theme } from '../terminal/theme.ts';
import type { DashboardState, KeyContext } from './dashboard-state.ts';
import { fitted, flow, titleLine } from './text.ts';

const SECTIONS: readonly (readonly [string, readonly (readonly [string, string])[]])[] = [
  [
    'look',
    [
      ['1 … 5', 'overview, curves, samples, events, runs'],
      ['tab', 'next run'],
      ['g', 'next group of curves'],
      ['t', 'choose curves'],
      ['l', 'logarithmic or linear'],
      ['s', 'smoothing'],
      ['r', 'show what is not smoothed'],
      ['o', 'draw each curve of all runs'],
      ['+ - 0', 'zoom in, out, all'],
      ['left right', 'cursor: values at a step'],
      ['[ ]', 'earlier, later sample'],
      ['up down', 'scroll the events'],
      ['esc', 'back to the newest'],
    ],
  ],
  [
    'control',
    [
      ['p', 'pause, resume'],
      ['c', 'checkpoint after this step'],
      ['n', 'sample pictures after this step'],
      ['L', 'change the learning rate'],
      ['e', 'stop after this epoch'],
      ['X', 'stop after this step'],
    ],
  ],
];

/** All keys, in one or two columns. */
export function helpLines(context: KeyContext, width: number, rows: number, theme: Theme): string[] {
  const leave: (readonly [string, string])[] = [
    ['q', 'leave; a training goes on'],
    ['ctrl-c', context.ownsTraining ? 'stop the training with a checkpoint, then leave' : 'leave; a training goes on'],
    ['ctrl-z', 'suspend the dashboard, not the training'],
  ];
  const lines = [...SECTIONS, ['leave', leave] as const].flatMap(([title, keys]) => [
    theme.paint('strong', ` ${title}`),
    ...keys.map(([key, text]) => `   ${theme.paint('key', key.padEnd(12))}${text}`),
  ]);
  return [titleLine('keys', 'any key closes', width, theme), ...lines].slice(0, rows);
}

/** The keys that matter now, on one line; or what is being asked. */
export function keyLine(
  state: DashboardState,
  context: KeyContext,
  message: string | null,
  width: number,
  theme: Theme,
): string {
  if (state.learningRate !== null) {
    return fitted(` learning rate, G or G,D (return, esc): ${state.learningRate}█`, width);
  }
  if (state.question === 'stop')
    return theme.paint('warning', fitted(' Stop after this step, with a checkpoint? y or n', width));
  if (message !== null) return theme.paint('accent', fitted(` ${message}`, width));
  const keys: (readonly [string, string])[] = [
    ['q', 'leave'],
    ['?', 'help'],
    ['1-5', 'views'],
    ...(context.takesCommands
      ? ([
          ['p', context.isPaused ? 'resume' : 'pause'],
          ['c', 'checkpoint'],
          ['n', 'sample'],
          ['L', 'rate'],
          ['e', 'end epoch'],
          ['X', 'stop'],
        ] as const)
      : []),
    ...(context.runCount > 1
      ? ([
          ['tab', 'run'],
          ['o', 'overlay'],
        ] as const)
      : []),
    ['l', state.isLog ? 'linear' : 'log'],
    ['s', 'smooth'],
    ['g', 'group'],
    ['t', 'terms'],
    ['+-', 'zoom'],
    ['←→', 'cursor'],
    ...(context.sampleCount > 1 ? ([['[]', 'samples']] as const) : []),
  ];
  const pieces = keys.map(([key, text]) => ({
    plain: `${key} ${text}`,
    painted: `${theme.paint('key', key)} ${theme.paint('dim', text)}`,
  }));
  return ` ${flow(pieces, width - 2, 2)[0] ?? ''}`;
}
