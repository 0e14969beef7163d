import type { ControlCommand } from './control-command.ts';

/** Commands on their way to a training, which obeys them between two steps: one of each name at most. */
export class TrainingControl {
  #commands: ControlCommand[] = [];
  #wake: () => void = () => {};

  /** Takes the place of an earlier command of its name that has not been obeyed yet: what counts is the last one. */
  send(command: ControlCommand): void {
    const others = this.#commands.filter((earlier) => earlier.command !== command.command);
    this.#commands = [...others, command];
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
