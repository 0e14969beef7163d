const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;
type Listener = (...args: unknown[]) => void;

/**
 * Runs `start` and takes away the handlers of uncaught errors that it added to the process. Emscripten modules add
 * handlers that throw again, which hides the program's own.
 */
export async function keepingProcessListeners<T>(start: () => Promise<T>): Promise<T> {
  const before = EVENTS.map((event) => new Set<unknown>(process.listeners(event as 'exit')));
  try {
    return await start();
  } finally {
    EVENTS.forEach((event, index) => {
      for (const listener of process.listeners(event as 'exit')) {
        if (!before[index]!.has(listener)) process.removeListener(event, listener as Listener);
      }
    });
  }
}
