import type { ColourDepth } from './theme.ts';

/** How pictures are shown, best first. */
export const GRAPHICS = ['kitty', 'iterm2', 'sixel', 'blocks', 'ascii'] as const;
export type Graphics = (typeof GRAPHICS)[number];

/** What a terminal can show. */
export interface TerminalCapabilities {
  readonly graphics: Graphics;
  readonly depth: ColourDepth;
  readonly isLight: boolean;
  /** Whether characters beyond ASCII, such as braille, are shown. */
  readonly isUnicode: boolean;
  /** Size of a character; a guess where the terminal does not tell. */
  readonly cellWidthPx: number;
  readonly cellHeightPx: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const KITTY_QUERY = '\u001b_Gi=4242,s=1,v=1,a=q,t=d,f=24;AAAA\u001b\\';

/**
 * Questions to the terminal: kitty graphics, background colour, size of a character, and last what it is (DA1). Every
 * terminal answers that one: it does not know what it left unanswered before. Multiplexers are not asked for kitty
 * graphics: they have none, and take the question for a title.
 */
export function terminalQuery(env: Environment): string {
  return `${isMultiplexer(env) ? '' : KITTY_QUERY}\u001b]11;?\u001b\\\u001b[16t\u001b[c`;
}

/** Whether tmux or screen runs in the terminal, whose name then means nothing. */
function isMultiplexer(env: Environment): boolean {
  return env.TMUX !== undefined || env.STY !== undefined || /^(tmux|screen)/.test(env.TERM ?? '');
}

const DA1 = /\[\?([\d;]*)c/;

/** Whether the last of the answers has come. */
export function isAnswerComplete(answers: string): boolean {
  return DA1.test(answers);
}

/**
 * What the terminal can show, from its answers to {@link terminalQuery} and the environment.
 *
 * @param answers empty if none came
 * @param depth bits of colour, as Node tells them
 */
export function capabilitiesFrom(answers: string, env: Environment, depth: number): TerminalCapabilities {
  const colours = env.NO_COLOR ? 1 : (([1, 4, 8, 24].find((known) => known >= depth) as ColourDepth | undefined) ?? 24);
  const cell = /\[6;(\d+);(\d+)t/.exec(answers);
  return {
    graphics: graphicsFrom(answers, env, colours),
    depth: colours as ColourDepth,
    isLight: isLight(answers, env),
    isUnicode: isUnicode(env),
    cellWidthPx: Number(cell?.[2] ?? 0) || 10,
    cellHeightPx: Number(cell?.[1] ?? 0) || 20,
  };
}

function graphicsFrom(answers: string, env: Environment, depth: ColourDepth): Graphics {
  if (depth === 1) return 'ascii';
  if (/_Gi=4242;OK/.test(answers)) return 'kitty';
  const names = [env.TERM_PROGRAM, env.LC_TERMINAL].map((name) => name?.toLowerCase());
  if (!isMultiplexer(env) && names.some((name) => name === 'iterm.app' || name === 'iterm2' || name === 'wezterm'))
    return 'iterm2';
  if (DA1.exec(answers)?.[1]?.split(';').includes('4')) return 'sixel';
  return isUnicode(env) ? 'blocks' : 'ascii';
}

function isUnicode(env: Environment): boolean {
  const locale = env.LC_ALL || env.LC_CTYPE || env.LANG || '';
  if (locale === '') return true;
  return /utf-?8/i.test(locale);
}

function isLight(answers: string, env: Environment): boolean {
  const reported = /\]11;rgb:([\da-f]+)\/([\da-f]+)\/([\da-f]+)/i.exec(answers);
  if (reported !== null) {
    const [red, green, blue] = reported.slice(1).map((part) => Number.parseInt(part, 16) / (16 ** part.length - 1)) as [
      number,
      number,
      number,
    ];
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue > 0.5;
  }
  const own = env.COLORFGBG?.split(';').at(-1);
  return own === '7' || own === '15';
}

/**
 * Asks the terminal. Keys that are typed meanwhile are lost.
 *
 * @param timeoutMs after this, only the answers that have come count
 */
export async function askTerminal(
  stdin: NodeJS.ReadStream,
  stdout: NodeJS.WriteStream,
  timeoutMs = 600,
): Promise<string> {
  if (!stdin.isTTY || !stdout.isTTY) return '';
  const wasRaw = stdin.isRaw;
  stdin.setRawMode(true);
  let answers = '';
  await new Promise<void>((resolve) => {
    const timer = setTimeout(done, timeoutMs);
    function done(): void {
      clearTimeout(timer);
      stdin.off('readable', take);
      resolve();
    }
    // Not 'data': a stream that was paused after it no longer emits 'readable', which Ink waits for.
    function take(): void {
      for (let chunk = stdin.read(); chunk !== null; chunk = stdin.read()) answers += String(chunk);
      if (isAnswerComplete(answers)) done();
    }
    stdin.on('readable', take);
    stdout.write(terminalQuery(process.env));
  });
  stdin.setRawMode(wasRaw);
  return answers;
}
