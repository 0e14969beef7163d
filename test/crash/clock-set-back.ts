/** Loaded into the `instagan` command before all else: the clock shows yesterday. */
const DAY_MS = 86_400_000;
const now = Date.now;

Date.now = () => now() - DAY_MS;
globalThis.Date = new Proxy(Date, {
  construct: (target, args: number[]) => new target(args[0] ?? target.now()),
});
