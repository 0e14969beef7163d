/** What a process holds at an instant. */
export interface Probe {
  readonly timeMs: number;
  readonly rssBytes: number;
  /** Objects of JavaScript, and arrays beside its heap. */
  readonly jsBytes: number;
  /** Null where the system does not tell. */
  readonly openFiles: number | null;
  /** Of the operating system, those of workers among them. Null where it does not tell. */
  readonly threads: number | null;
  /** Handles, requests and timers that keep the process alive: how many of each kind, as Node names them. */
  readonly resources: Readonly<Record<string, number>>;
}
