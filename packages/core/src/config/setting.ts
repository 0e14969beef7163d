/**
 * One setting of a model, as data: what it may be, its default, its flag, its help, and whether a resumed run may change it.
 * The schema of `config.json`, its type, the command line, its help and the table in the docs follow from it.
 */
export type Setting = SingleSetting | GroupSetting;

/** A setting with a value of its own. */
export type SingleSetting =
  | WholeSetting
  | NumberSetting
  | NumbersSetting
  | SizeSetting
  | ChoiceSetting
  | SwitchSetting
  | PathSetting;

/** Where help lists a setting. */
export type SettingSection = 'data' | 'length' | 'settings' | 'kept';

/** What every setting says of itself. */
export interface About {
  /** What it is, such as `images of each domain in a step`; more follows a semicolon. Limits and default are added to it. */
  readonly help: string;
  /** Such as `--batch <N>`; `none` if only a configuration file gives it. */
  readonly flag: `--${string}` | 'none';
  /** Whether a resumed run may be given another value: it changes how training goes on, not what is trained. @default false */
  readonly changesOnResume?: boolean;
  /** @default 'settings' */
  readonly section?: SettingSection;
  /** What its numbers count, where that is a unit. */
  readonly unit?: 'steps' | 'epochs';
}

/** The default of a setting that stays left out, in words. */
export interface LeftOut {
  readonly leftOut: string;
}

/** From `min`, or from anything above `above`, to `max` where there is one. */
export type NumberLimits =
  | { readonly min: number; readonly above?: undefined; readonly max?: number }
  | { readonly above: number; readonly min?: undefined; readonly max?: number };

export interface WholeSetting<Default extends number | LeftOut = number | LeftOut> extends About {
  readonly kind: 'whole';
  readonly min: number;
  /** @default none */
  readonly max?: number;
  readonly default: Default;
}

export type NumberSetting = About & NumberLimits & { readonly kind: 'number'; readonly default: number };

/** Several numbers with the same limits, which one flag gives together. */
export type NumbersSetting<Part extends string = string> = About &
  NumberLimits & {
    readonly kind: 'numbers';
    /** As one types them: `2e-4,1e-4`, where one number stands for all, or `100+50`, whole numbers that are not all 0. */
    readonly text: 'list' | 'sum';
    readonly default: Readonly<Record<Part, number>>;
  };

/** Height and width in pixels; the limits are those of each side. */
export interface SizeSetting extends About {
  readonly kind: 'size';
  readonly min: number;
  readonly max: number;
  /** @default 1 */
  readonly multipleOf?: number;
  readonly default: { readonly height: number; readonly width: number };
}

export interface ChoiceSetting<Name extends string = string> extends About {
  readonly kind: 'choice';
  /** The names, each with a line of help; an empty one where the name says it all. */
  readonly choices: Readonly<Record<Name, string>>;
  readonly default: Name;
}

/** `help` tells what happens while it is on. The flag of one that is on by default begins with `--no-`. */
export interface SwitchSetting extends About {
  readonly kind: 'switch';
  readonly default: boolean;
}

/** A file or folder, or null for none. */
export interface PathSetting extends About {
  readonly kind: 'path';
  readonly default: null;
}

/** Settings under one name, each with a flag of its own or none. */
export interface GroupSetting<Parts extends GroupParts = GroupParts> extends Pick<About, 'changesOnResume'> {
  readonly kind: 'group';
  readonly parts: Parts;
}

export type GroupParts = Readonly<Record<string, SingleSetting>>;

/** What few settings say. */
type More = Pick<About, 'changesOnResume' | 'section' | 'unit'>;

// A row of a table: default, what else it may be, flag, help.

export function whole(
  usual: number,
  limits: Pick<WholeSetting, 'min' | 'max'>,
  flag: About['flag'],
  help: string,
  more?: More,
): WholeSetting<number>;
export function whole(
  usual: LeftOut,
  limits: Pick<WholeSetting, 'min' | 'max'>,
  flag: About['flag'],
  help: string,
  more?: More,
): WholeSetting<LeftOut>;
export function whole(
  usual: number | LeftOut,
  limits: Pick<WholeSetting, 'min' | 'max'>,
  flag: About['flag'],
  help: string,
  more: More = {},
): WholeSetting {
  return { kind: 'whole', default: usual, ...limits, flag, help, ...more };
}

export function number(
  usual: number,
  limits: NumberLimits,
  flag: About['flag'],
  help: string,
  more: More = {},
): NumberSetting {
  return { kind: 'number', default: usual, ...limits, flag, help, ...more };
}

export function numbers<Part extends string>(
  usual: Readonly<Record<Part, number>>,
  limits: NumberLimits & Pick<NumbersSetting, 'text'>,
  flag: About['flag'],
  help: string,
  more: More = {},
): NumbersSetting<Part> {
  return { kind: 'numbers', default: usual, ...limits, flag, help, ...more };
}

export function size(
  usual: SizeSetting['default'],
  limits: Pick<SizeSetting, 'min' | 'max' | 'multipleOf'>,
  flag: About['flag'],
  help: string,
): SizeSetting {
  return { kind: 'size', default: usual, ...limits, flag, help };
}

export function choice<Name extends string>(
  usual: NoInfer<Name>,
  choices: Readonly<Record<Name, string>>,
  flag: About['flag'],
  help: string,
  more: More = {},
): ChoiceSetting<Name> {
  return { kind: 'choice', default: usual, choices, flag, help, ...more };
}

export function onOff(usual: boolean, flag: About['flag'], help: string, more: More = {}): SwitchSetting {
  return { kind: 'switch', default: usual, flag, help, ...more };
}

export function path(usual: null, flag: About['flag'], help: string): PathSetting {
  return { kind: 'path', default: usual, flag, help };
}

export function group<Parts extends GroupParts>(
  parts: Parts,
  more: Pick<About, 'changesOnResume'> = {},
): GroupSetting<Parts> {
  return { kind: 'group', parts, ...more };
}
