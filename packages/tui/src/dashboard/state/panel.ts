import type { ControlCommand } from '@instagan/core/control';
import type { RunEntry } from '../log/run-entry.ts';
import type { PictureStore } from '../pictures/picture-store.ts';
import type { TerminalCapabilities } from '../terminal/capabilities.ts';
import type { MouseInput } from '../terminal/input-reader.ts';
import type { Overlay } from '../terminal/screen.ts';
import type { Theme } from '../terminal/theme.ts';
import type { MachineMeters } from '../watch/machine.ts';
import type { Choice } from './choice.ts';
import type { DashboardState } from './dashboard-state.ts';

/**
 * A part of the screen. It is one file and one line in `panel-list.ts`: what lies where, which keys do what, and what the
 * help says follow from the list.
 */
export interface Panel {
  /** Its name, and that of its view. */
  readonly id: string;
  /** Where it lies, and how much room it needs. */
  readonly wants: Wants;
  /**
   * Rows that it can fill in the body at a width; 0 leaves it out. Lines at the top and bottom have none: they take as many
   * rows as they render.
   */
  readonly rows?: (context: DrawContext, columns: number) => number;
  /** What it shows in an area; lines beyond the area are cut off. */
  readonly render: (context: DrawContext, area: Area) => Drawing;
  /** What its keys do, by character or by {@link KeyName}. */
  readonly keys?: Readonly<Record<string, KeyAction>>;
  /** What the mouse does on it; null for what it does on any panel: the wheel presses up and down, a click opens its view. */
  readonly mouse?: (context: DrawContext, input: MouseInput, area: Area) => KeyResult | null;
  /** Its keys for the person at the keyboard. */
  readonly help?: readonly KeyHelp[];
  /** Takes every key while the panel is open, or passes it on with null. */
  readonly capture?: (state: DashboardState, key: string, context: KeyContext) => KeyResult | null;
  /** Whether text is being typed into it, so that pasted text is welcome. */
  readonly takesText?: (state: DashboardState) => boolean;
  /** What it remembers of its keys. */
  readonly choice?: Pick<Choice<object>, 'after'>;
  /** Whether it shows other runs than the one in focus, whose logs are then read as often. */
  readonly showsAllRuns?: (state: DashboardState) => boolean;
}

/** Where a panel lies. */
export type Wants = TopWants | BodyWants | { readonly place: 'bottom' | 'cover' };

/** Lines over the whole width, above the body. */
export interface TopWants {
  readonly place: 'top';
  /** Gives its rows to a view that takes all of them. */
  readonly yields?: boolean;
}

/** An area between the lines at the top and the line at the bottom. */
export interface BodyWants {
  readonly place: 'body';
  /** A view of its own, on a number key. */
  readonly view: { readonly takesAllRows: boolean } | null;
  /** Its place beside others in the overview. */
  readonly overview: OverviewWants | null;
}

/** How a panel shares the overview: one column of panels in the order of the list, two where the screen is wide. */
export interface OverviewWants {
  /** Its column, of two. */
  readonly column: 'left' | 'right';
  /** Share of the width for the right column; the largest of its panels counts. */
  readonly widthShare?: number;
  /** The more important panel gets rows first. */
  readonly importance: number;
  /** It is left out where it would get fewer, unless it is the most important one. */
  readonly minRows: number;
  /** It is left out unless so many rows more than it and the more important ones need are there. */
  readonly spareRows?: number;
  /** Takes what is left of a column; of several the most important one. */
  readonly fills?: boolean;
  /** The most that it takes of a column that a more important panel fills. */
  readonly maxShare?: number;
}

/** An area of the screen, in characters from 0. */
export interface Area {
  readonly column: number;
  readonly row: number;
  readonly columns: number;
  readonly rows: number;
}

export interface Drawing {
  readonly lines: readonly string[];
  /** Charts and pictures, at places on the whole screen: they change too much for Ink. */
  readonly overlays?: readonly Overlay[];
}

/** What keys are pressed on. */
export interface KeyContext {
  readonly panels: readonly Panel[];
  readonly runs: readonly RunEntry[];
  /** The run in focus. */
  readonly run: RunEntry;
  /** Whether Ctrl-C stops the training: it was started from here. */
  readonly ownsTraining: boolean;
  /** The last lines that its training printed; null where they go elsewhere. */
  readonly output: readonly string[] | null;
  /** Size of the screen. */
  readonly columns: number;
  readonly rows: number;
}

/** What a frame is drawn from. */
export interface DrawContext extends KeyContext {
  readonly state: DashboardState;
  readonly nowMs: number;
  /** How much of this machine is used; null while that is unknown. */
  readonly machine: MachineMeters | null;
  /** Alarms that stand, newest first. */
  readonly alarms: readonly string[];
  /** What was last said to the person at the keyboard. */
  readonly message: string | null;
  readonly theme: Theme;
  readonly terminal: TerminalCapabilities;
  readonly pictures: PictureStore;
}

/** Names of keys that are no character. */
export type KeyName =
  | 'left'
  | 'right'
  | 'up'
  | 'down'
  | 'pageup'
  | 'pagedown'
  | 'return'
  | 'escape'
  | 'tab'
  | 'backspace'
  | 'ctrl-c'
  | 'ctrl-z'
  | 'ctrl-l';

export type KeyAction = (state: DashboardState, context: KeyContext) => KeyResult;

/** What a key leads to; what is left out stays as it is. */
export interface KeyResult {
  readonly state?: DashboardState;
  readonly effect?: Effect;
}

/** What a key asks for beyond another state. */
export type Effect =
  | { readonly kind: 'leave' | 'suspend' | 'redraw' | 'switch-mouse' }
  | { readonly kind: 'control'; readonly command: ControlCommand }
  | { readonly kind: 'message'; readonly text: string };

/** A line of the help. */
export interface KeyHelp {
  /** As they are shown, with blanks between several: `+ -`. */
  readonly keys: string;
  /** What they do, as an order in few words: two columns have to fit into 80 characters. */
  readonly does: string;
  /** A word for the line of keys at the bottom; null or nothing leaves it out. */
  readonly hint?: string | ((context: DrawContext) => string | null);
  /** Whether it controls the training, and does not only change what is seen. */
  readonly controls?: boolean;
}
