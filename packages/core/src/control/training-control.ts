import type { ControlCommand } from './control-command.ts';

/** Commands on their way to a training, which obeys them between two steps. */
export class TrainingControl {
  readonly #commands: ControlCommand[] = [];
  #wake: () => void = () => {};

  send(command: ControlCommand): void {
    this.#commands.push(command);
    this.#wake();
  }

  /** The next command, which is then obeyed; undefined if there is none. */
  take(): ControlCommand | undefined {
    return this.#commands.shift();
  }

  /** Settles when there is a command or the signal aborts. */
  async arrival(signal: AbortSignal | undefined): Promise<void> {
    if (this.#commands.length > 0 || signal?.aborted) return;
    await new Promise<void>((resolve) => {
      // A paused training has nothing else to do, and its process would end.
      const staysAlive = setInterval(() => {}, 2 ** 30);
      const wake = () => {
        clearInterval(staysAlive);
        this.#wake = () => {};
        signal?.removeEventListener('abort', wake);
        resolve();
      };
      this.#wake = wake;
      signal?.addEventListener('abort', wake, { once: true });
    });
  }
}
