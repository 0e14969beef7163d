import { fileURLToPath } from 'node:url';
import pty, { type IPty } from '@lydell/node-pty';
import headless from '@xterm/headless';
import { jobsIn } from './cli-process.ts';

const COMMAND = fileURLToPath(new URL('../../packages/tui/bin/instagan.js', import.meta.url));
const WAIT_MS = 90_000;
const KEYS = {
  left: '\u001b[D',
  right: '\u001b[C',
  up: '\u001b[A',
  down: '\u001b[B',
  pageup: '\u001b[5~',
  pagedown: '\u001b[6~',
  return: '\r',
  escape: '\u001b',
  tab: '\t',
  'ctrl-c': '\u0003',
  'ctrl-l': '\f',
  'ctrl-z': '\u001a',
} as const;

export interface EmulatorOptions {
  readonly cwd: string;
  readonly columns?: number;
  readonly rows?: number;
  /** Set on top of a plain terminal's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Runs the command, which is `"$@"`, in a script of bash with job control. */
  readonly script?: string;
  /** What the terminal answers to a question that it would not know by itself. */
  readonly answers?: readonly (readonly [question: string, answer: string])[];
}

/** A character on the screen; colours are 0xRRGGBB, null for the terminal's own. */
export interface ScreenCell {
  readonly text: string;
  readonly foreground: number | null;
  readonly background: number | null;
  readonly isBold: boolean;
  readonly isDim: boolean;
  readonly isInverse: boolean;
}

/** The `instagan` command in a terminal, with an emulator that shows what its user sees. */
export class TerminalEmulator {
  readonly process: IPty;
  /** Everything that was written to the terminal. */
  raw = '';
  /** Exit code and signal, once all that the command wrote is on the screen. */
  readonly exited: Promise<{ readonly exitCode: number; readonly signal: number }>;
  readonly #terminal: InstanceType<typeof headless.Terminal>;
  readonly #watchers = new Set<() => void>();
  #takesKeys = true;
  #hasExited = false;

  constructor(
    args: readonly string[],
    { cwd, columns = 100, rows = 30, env = {}, script, answers = [] }: EmulatorOptions,
  ) {
    this.#terminal = new headless.Terminal({ cols: columns, rows, allowProposedApi: true });
    const { PATH = '', HOME = '' } = process.env;
    const command = [process.execPath, COMMAND, ...args] as const;
    const [program, ...rest] = script === undefined ? command : ['bash', '--norc', '-ic', script, 'bash', ...command];
    this.process = pty.spawn(program, rest, {
      name: 'xterm-256color',
      cols: columns,
      rows,
      cwd,
      env: {
        ...{ PATH, HOME, INSTAGAN_JOBS: jobsIn(cwd), TERM: 'xterm-256color', COLORTERM: 'truecolor', LANG: 'C.UTF-8' },
        ...env,
      },
    });
    this.#terminal.onData((text) => this.#send(text));
    this.process.onData((text) => {
      this.raw += text;
      for (const [question, answer] of answers) if (text.includes(question)) this.#send(answer);
      this.#terminal.write(text, () => {
        for (const watcher of this.#watchers) watcher();
      });
    });
    this.exited = new Promise((resolve) => {
      this.process.onExit(({ exitCode, signal = 0 }) => {
        this.#takesKeys = false;
        this.#terminal.write('', () => {
          this.#hasExited = true;
          resolve({ exitCode, signal });
          for (const watcher of this.#watchers) watcher();
        });
      });
    });
  }

  /** The lines on the screen, without blanks at their ends. */
  lines(): string[] {
    const buffer = this.#terminal.buffer.active;
    return Array.from({ length: this.#terminal.rows }, (_, row) =>
      (buffer.getLine(buffer.viewportY + row)?.translateToString(true, 0, this.#terminal.cols) ?? '').trimEnd(),
    );
  }

  screen(): string {
    return this.lines().join('\n');
  }

  /** Whether the screen of a full-screen program is shown, in place of what was there before. */
  get isFullScreen(): boolean {
    return this.#terminal.buffer.active.type === 'alternate';
  }

  /** Every character with its colours, row by row. */
  cells(): ScreenCell[][] {
    const buffer = this.#terminal.buffer.active;
    return Array.from({ length: this.#terminal.rows }, (_, row) =>
      Array.from({ length: this.#terminal.cols }, (_, column) => {
        const cell = buffer.getLine(buffer.viewportY + row)?.getCell(column);
        return {
          text: cell?.getChars() || ' ',
          foreground: cell?.isFgRGB() ? cell.getFgColor() : null,
          background: cell?.isBgRGB() ? cell.getBgColor() : null,
          isBold: Boolean(cell?.isBold()),
          isDim: Boolean(cell?.isDim()),
          isInverse: Boolean(cell?.isInverse()),
        };
      }),
    );
  }

  /** Waits until the screen matches. @throws Error with the screen if it does not in time, or the command ends before */
  async shows(pattern: RegExp, waitMs = WAIT_MS): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const finish = (settle: () => void) => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        settle();
      };
      const fail = (why: string) =>
        finish(() => reject(new Error(`${why} before it showed ${pattern}:\n${this.screen()}`)));
      const look = () => {
        if (pattern.test(this.screen())) finish(resolve);
        else if (this.#hasExited) fail('The command ended');
      };
      const timer = setTimeout(() => fail(`${waitMs / 1000} s passed`), waitMs);
      this.#watchers.add(look);
      look();
    });
  }

  /** Types characters, or keys by name. */
  press(...keys: string[]): void {
    for (const key of keys) this.#send(key in KEYS ? KEYS[key as keyof typeof KEYS] : key);
  }

  resize(columns: number, rows: number): void {
    this.#terminal.resize(columns, rows);
    this.process.resize(columns, rows);
  }

  /** The terminal goes away, as when an SSH connection breaks. */
  hangUp(): void {
    this.process.kill('SIGHUP');
  }

  #send(text: string): void {
    if (this.#takesKeys) this.process.write(text);
  }
}
