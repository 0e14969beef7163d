import { type JobDescription, JobLog } from '../jobs/job-log.ts';
import { progressLine } from '../output/progress-line.ts';
import type { Terminal } from '../output/terminal.ts';
import { listenForInterruption } from './interruption.ts';
import { RepeatedErrors } from './repeated-errors.ts';
import { StepPace } from './step-pace.ts';

/** A job that is at work, as the work sees it. */
export interface RunningJob {
  /** Aborted by a signal: the work ends before the next item. */
  readonly signal: AbortSignal;
  /** One item is done. @param picture file that was written */
  advance(instances: number, picture?: string): void;
  /** One item could not be done. Its error is told, but for the fourth and later ones of a kind. @param input its file */
  fail(error: string, input: string): void;
  /** Prints a line that stays, above the bar. */
  say(text: string): void;
  /** Prints a remark on standard error. */
  remark(text: string): void;
}

/**
 * Does a job item by item: with a bar, rate and ETA where a person watches, with an event log for `monitor`, and with a clean
 * end between two items when a signal comes.
 *
 * @param isQuiet standard output is for JSON: no lines and no bar
 * @returns what the work returns, and 128 plus the number of the signal that stopped it, or null
 */
export async function runJob<T>(
  description: JobDescription,
  terminal: Terminal,
  isQuiet: boolean,
  work: (job: RunningJob) => Promise<T>,
): Promise<{ readonly result: T; readonly exitCode: number | null }> {
  const { item, totalSteps: total } = description;
  const interruption = listenForInterruption((name) => {
    job.remark(`instagan: ${name}: stopping after this ${item}; again to end at once.`);
  });
  const log = await JobLog.open(description);
  const pace = new StepPace();
  let done = description.step;
  let failed = 0;
  const failures = new RepeatedErrors();
  pace.start(done, performance.now());
  const drawBar = () => {
    if (!isQuiet) terminal.status(progressLine({ item, done, total, secondsEach: pace.secondsPerStep() }));
  };
  const count = (instances: number, picture?: string) => {
    done++;
    pace.observe(done, performance.now());
    log.progress(done, instances, picture);
    drawBar();
  };
  const job: RunningJob = {
    signal: interruption.signal,
    advance: count,
    fail: (error, input) => {
      failed++;
      const told = failures.tell(error, input);
      if (told !== null) terminal.remark(`instagan: ${told}`);
      count(0);
    },
    say: (text) => {
      if (!isQuiet) terminal.line(text);
      drawBar();
    },
    remark: (text) => {
      terminal.remark(text);
      drawBar();
    },
  };
  drawBar();
  try {
    const result = await work(job);
    await log.close({ reason: interruption.signal.aborted ? 'interrupted' : 'completed', failed });
    return { result, exitCode: interruption.exitCode() };
  } catch (error) {
    await log.close({ reason: 'failed', failed, message: (error as Error).message });
    throw error;
  } finally {
    terminal.status('');
    interruption.release();
  }
}
