import type { ControlCommand } from '@instagan/core/control';
import { fitted } from '../../output/text-width.ts';
import { Choice } from '../state/choice.ts';
import type { DashboardState } from '../state/dashboard-state.ts';
import type { DrawContext, KeyAction, KeyContext, KeyResult, Panel } from '../state/panel.ts';

/** What a training is stopped by, once the question is answered with yes. */
const STOP_QUESTIONS = {
  stop: 'Stop after this step, with a checkpoint? y or n',
  'stop-after-epoch': 'Stop at the end of this epoch, with a checkpoint? y or n',
} as const;

type Stop = keyof typeof STOP_QUESTIONS;

/** What is being asked: whether to stop, or which learning rate; null for nothing. */
const controlChoice = new Choice<{ readonly asks: Stop | { readonly learningRate: string } | null }>('control', {
  asks: null,
});

/** Commands to a training; where one needs an answer, the line that asks for it. */
export const controlPanel: Panel = {
  id: 'control',
  wants: { place: 'bottom' },
  render: (context, { columns }) => ({ lines: askedLines(context, columns) }),
  choice: controlChoice,
  capture: (state, key) => {
    const { asks } = controlChoice.in(state);
    if (asks === null) return null;
    if (typeof asks === 'string') return answerStop(state, asks, key);
    return key === 'ctrl-c' ? null : typeLearningRate(state, asks.learningRate, key);
  },
  takesText: (state) => typeof controlChoice.in(state).asks === 'object' && controlChoice.in(state).asks !== null,
  keys: {
    p: commanding(({ run }) => ({ command: run.status === 'paused' ? 'resume' : 'pause' })),
    c: commanding(() => ({ command: 'checkpoint' })),
    n: commanding(() => ({ command: 'sample' })),
    L: whileTraining((state) => ({ state: controlChoice.set(state, { asks: { learningRate: '' } }) })),
    e: whileTraining((state) => ({ state: controlChoice.set(state, { asks: 'stop-after-epoch' }) })),
    X: whileTraining((state) => ({ state: controlChoice.set(state, { asks: 'stop' }) })),
  },
  help: [
    { keys: 'p', does: 'pause or resume', hint: hintOf(({ run }) => (run.status === 'paused' ? 'resume' : 'pause')) },
    { keys: 'c', does: 'save a checkpoint', hint: hintOf(() => 'checkpoint') },
    { keys: 'n', does: 'draw sample pictures', hint: hintOf(() => 'sample') },
    { keys: 'L', does: 'change the learning rate', hint: hintOf(() => 'rate') },
    { keys: 'e', does: 'stop at the end of the epoch', hint: hintOf(() => 'end epoch') },
    { keys: 'X', does: 'stop and save a checkpoint', hint: hintOf(() => 'stop') },
  ].map((entry) => ({ ...entry, controls: true })),
};

/** A hint that is shown while the run takes commands. */
function hintOf(hint: (context: DrawContext) => string): (context: DrawContext) => string | null {
  return (context) => (context.run.isTraining ? hint(context) : null);
}

function whileTraining(action: KeyAction): KeyAction {
  return (state, context) => {
    if (context.run.isTraining) return action(state, context);
    return { effect: { kind: 'message', text: 'This run is not training: there is nothing to control.' } };
  };
}

function commanding(commandOf: (context: KeyContext) => ControlCommand): KeyAction {
  return whileTraining((_, context) => ({ effect: { kind: 'control', command: commandOf(context) } }));
}

function answerStop(state: DashboardState, command: Stop, key: string): KeyResult {
  const next = controlChoice.set(state, { asks: null });
  if (key !== 'y') return { state: next };
  return { state: next, effect: { kind: 'control', command: { command } } };
}

function typeLearningRate(state: DashboardState, text: string, key: string): KeyResult {
  const typed = (learningRate: string) => ({ state: controlChoice.set(state, { asks: { learningRate } }) });
  if (key === 'backspace') return typed(text.slice(0, -1));
  if (/^[\d.,eE+-]$/.test(key)) return typed(text + key);
  if (key !== 'escape' && key !== 'return') return {};
  const next = controlChoice.set(state, { asks: null });
  if (key === 'escape' || text === '') return { state: next };
  const [generator = Number.NaN, discriminator = generator, ...rest] = text.split(',').map(Number);
  const isRate = (value: number) => value > 0 && value <= 1;
  if (rest.length > 0 || !isRate(generator) || !isRate(discriminator)) {
    const message = `${text} is not a learning rate: type a number up to 1, or two such as 2e-4,1e-4.`;
    return { state: next, effect: { kind: 'message', text: message } };
  }
  return { state: next, effect: { kind: 'control', command: { command: 'learning-rate', generator, discriminator } } };
}

function askedLines({ state, theme }: DrawContext, columns: number): string[] {
  const { asks } = controlChoice.in(state);
  if (asks === null) return [];
  if (typeof asks === 'string') return [theme.paint('warning', fitted(` ${STOP_QUESTIONS[asks]}`, columns))];
  return [fitted(` learning rate, G or G,D (return, esc): ${asks.learningRate}█`, columns)];
}
