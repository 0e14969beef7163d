// For @tensorflow/tfjs-backend-wasm 4.22.0.
// Why: its emscripten build adds handlers of uncaught errors to the process, which throw again.
// Without it: an uncaught error of the program ends it with emscripten's stack trace instead of its own message.

const EVENTS = ['uncaughtException', 'unhandledRejection'] as const;
type Listener = (...args: unknown[]) => void;

/** Runs `start` and removes the handlers of uncaught errors that it added to the process. */
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
