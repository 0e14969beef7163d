import { lastOutput } from '../log/output-file.ts';
import { runAlarms } from '../log/run-alarms.ts';
import { RunEntry } from '../log/run-entry.ts';
import { diskFault } from './disk-space.ts';

export interface RunWatchOptions {
  /** Folders of the runs to show; asked again and again, as runs may be started. */
  readonly listRuns: () => readonly string[];
  /** The run that is looked at: it is read first and most often. */
  readonly focus: () => RunEntry | null;
  /** Whether other runs are on the screen too, and are read as often. */
  readonly showsAllRuns: () => boolean;
  /** Told of every change. @param isUrgent whether somebody waits for it */
  readonly onChange: (isUrgent: boolean) => void;
}

const POLL_INTERVAL_MS = 250;
/** Runs that are not looked at are read less often. */
const BACKGROUND_INTERVAL_MS = 2000;
const LIST_INTERVAL_MS = 3000;
const DISK_INTERVAL_MS = 5000;
const STATUS_INTERVAL_MS = 1000;
const OUTPUT_INTERVAL_MS = 1000;
const OUTPUT_BYTES = 1 << 16;
/** While a long log is read, the screen and keys get a turn this often. */
const SLICE_MS = 25;

/** Watches runs: which there are, what their logs say, whether their processes live, and whether the disk fills up. */
export class RunWatch {
  readonly #options: RunWatchOptions;
  readonly #timers: NodeJS.Timeout[] = [];
  #runs: readonly RunEntry[] = [];
  #disk: string | null = null;
  #output: readonly string[] | null = null;
  /** As they were last seen, with what is wrong with the disk. */
  #statuses = '';
  #isReading = false;

  constructor(options: RunWatchOptions) {
    this.#options = options;
    this.#list();
  }

  get runs(): readonly RunEntry[] {
    return this.#runs;
  }

  /** What is wrong with the disk of the run in focus; null if nothing is. */
  get disk(): string | null {
    return this.#disk;
  }

  /** The last lines that the training in focus printed; null where they go elsewhere. */
  get output(): readonly string[] | null {
    return this.#output;
  }

  start(): void {
    this.#every(POLL_INTERVAL_MS, () => this.#read(this.#options.showsAllRuns()));
    this.#every(BACKGROUND_INTERVAL_MS, () => this.#read(true));
    this.#every(LIST_INTERVAL_MS, () => {
      if (this.#list()) this.#read(true);
    });
    this.#every(DISK_INTERVAL_MS, () => this.#lookAtDisk());
    this.#every(OUTPUT_INTERVAL_MS, () => this.#readOutput());
    this.#every(STATUS_INTERVAL_MS, () => this.#compareStatuses());
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) clearInterval(timer);
  }

  #every(intervalMs: number, task: () => void): void {
    this.#timers.push(setInterval(task, intervalMs));
    task();
  }

  /**
   * Lists the runs again, and looks which of them are alive. Runs keep their places, and with them their colours; new ones
   * come last.
   *
   * @returns whether one is new
   */
  #list(): boolean {
    const folders = new Set(this.#options.listRuns());
    const kept = this.#runs.filter(({ folder }) => folders.has(folder));
    for (const { folder } of kept) folders.delete(folder);
    this.#runs = [...kept, ...[...folders].map((folder) => new RunEntry(folder))];
    for (const run of this.#runs) run.checkAlive();
    return folders.size > 0;
  }

  /** Reads what was appended to the logs, in slices and in turns: a short log does not wait for a long one. */
  #read(all: boolean): void {
    if (this.#isReading) return;
    const focus = this.#options.focus();
    const waiting = this.#runs.filter((run) => run === focus);
    if (all) waiting.push(...this.#runs.filter((run) => run !== focus));
    this.#isReading = true;
    const slice = () => {
      const run = waiting.shift();
      if (run !== undefined && !this.#readSlice(run)) waiting.push(run);
      if (waiting.length > 0) setImmediate(slice);
      else this.#isReading = false;
    };
    slice();
  }

  /** @returns whether the whole log is read */
  #readSlice(run: RunEntry): boolean {
    const [wasEnded, before] = [run.log.state.end !== null, knowledgeOf(run)];
    const { changed, caughtUp } = run.log.poll(SLICE_MS);
    // Who opens a run waits for it.
    if (changed) this.#options.onChange(knowledgeOf(run) > before);
    if (changed && wasEnded !== (run.log.state.end !== null)) run.checkAlive();
    return caughtUp;
  }

  #lookAtDisk(): void {
    const focus = this.#options.focus();
    if (focus !== null) this.#disk = diskFault(focus);
  }

  #readOutput(): void {
    const focus = this.#options.focus();
    this.#output = focus === null ? null : lastOutput(focus.folder, OUTPUT_BYTES);
  }

  #compareStatuses(): void {
    const nowMs = Date.now();
    const alarms = this.#runs.map((run) => runAlarms(run, null, nowMs).length);
    const statuses = [this.#disk, ...this.#runs.map(({ status }) => status), ...alarms].join();
    // Ages grow meanwhile, and silence becomes an alarm.
    if (statuses !== this.#statuses) this.#options.onChange(true);
    else if (this.#options.focus()?.isLive) this.#options.onChange(false);
    this.#statuses = statuses;
  }
}

/** How much is known of a run: nothing, what slices of its log say, or all. */
function knowledgeOf({ log }: RunEntry): number {
  if (log.state.startedMs === 0) return 0;
  return log.isSurveyed ? 1 : 2;
}
