import { constants } from 'node:os';
import { EXIT_CODE } from '../exit-code.ts';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
type SignalName = (typeof SIGNALS)[number];

/** npm and npx pass a Ctrl-C on that the terminal has sent already: what comes this soon after is the same request. */
const SAME_REQUEST_MS = 1000;

/** Signals that ask the process to end, turned into a clean stop. */
export interface Interruption {
  /** Aborted by the first signal. */
  readonly signal: AbortSignal;
  /** 128 plus the number of the first signal, or null if none came. */
  exitCode(): number | null;
  /** Gives the signals back to the process. */
  release(): void;
}

/**
 * Listens to SIGINT, SIGTERM and SIGHUP. The first aborts `signal`; another one, a second or more later, ends the process
 * at once.
 *
 * @param onFirst told the first signal's name
 */
export function listenForInterruption(onFirst: (name: SignalName) => void): Interruption {
  const controller = new AbortController();
  let first: { readonly name: SignalName; readonly atMs: number } | null = null;
  const listener = (name: SignalName) => {
    if (first === null) {
      first = { name, atMs: performance.now() };
      controller.abort();
      onFirst(name);
    } else if (performance.now() - first.atMs > SAME_REQUEST_MS) {
      process.exit(exitCodeOf(name));
    }
  };
  for (const name of SIGNALS) process.on(name, listener);
  return {
    signal: controller.signal,
    exitCode: () => (first === null ? null : exitCodeOf(first.name)),
    release: () => {
      for (const name of SIGNALS) process.off(name, listener);
    },
  };
}

function exitCodeOf(name: SignalName): number {
  return EXIT_CODE.signal + constants.signals[name];
}
