/** What a process holds at an instant. */
export interface Probe {
  readonly timeMs: number;
  readonly rssBytes: number;
  /** Objects of JavaScript, and arrays beside its heap. */
  readonly jsBytes: number;
  /** Null where the system does not tell. */
  readonly openFiles: number | null;
  /** Handles and requests that keep the process alive. */
  readonly resources: number;
}
