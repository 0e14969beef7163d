import type { VideoFinished, VideoProgress, VideoStarted } from '@instagan/video';
import { counted, formatSeconds, shellQuoted } from '../output/format.ts';
import { progressLine } from '../output/progress-line.ts';
import type { Terminal } from '../output/terminal.ts';
import { StepPace } from './step-pace.ts';
import type { VideoCommandOptions } from './video-options.ts';

/** Time between two lines of progress where lines stay. */
const LINE_INTERVAL_MS = 10_000;

/** The translation of a video as lines of text; on a terminal progress is one line that changes. */
export class VideoReport {
  readonly #terminal: Terminal;
  readonly #options: VideoCommandOptions;
  readonly #pace = new StepPace();
  readonly #beganMs = performance.now();
  #started: VideoStarted | undefined;
  #finished: VideoFinished | undefined;
  #lastLineMs = performance.now();

  constructor(terminal: Terminal, options: VideoCommandOptions) {
    this.#terminal = terminal;
    this.#options = options;
  }

  tell(progress: VideoProgress): void {
    switch (progress.type) {
      case 'started':
        this.#started = progress;
        this.#pace.start(progress.resumedFrames, performance.now());
        for (const remark of progress.remarks) this.#terminal.remark(`instagan: ${remark}`);
        if (progress.resumedFrames > 0) this.#say(`${counted(progress.resumedFrames, 'frame')} done before`);
        this.#say(describeOutput(progress));
        break;
      case 'frame':
        this.#frame(progress.doneFrames, progress.instances);
        break;
      case 'part':
        break;
      case 'finished':
        this.#finished = progress;
        for (const remark of progress.remarks) this.#terminal.remark(`instagan: ${remark}`);
        this.#end(progress);
        break;
    }
  }

  /** For programs. */
  summary(): object {
    const { output, doneFrames, isStopped } = this.#finished as VideoFinished;
    const { shard, input } = this.#options;
    const seconds = (performance.now() - this.#beganMs) / 1000;
    const { width, height, encoder, resumedFrames } = this.#started ?? {};
    return {
      ...{ input, output, shard: shard ?? null, frames: doneFrames, resumedFrames: resumedFrames ?? doneFrames },
      ...{ stopped: isStopped, width, height, encoder, seconds },
    };
  }

  #say(text: string): void {
    if (!this.#options.json) this.#terminal.line(text);
  }

  #frame(done: number, instances: number): void {
    const now = performance.now();
    this.#pace.observe(done, now);
    if (this.#options.json) return;
    const text = this.#progressLine(done, instances);
    if (this.#terminal.isInteractive) this.#terminal.status(text);
    else if (now - this.#lastLineMs >= LINE_INTERVAL_MS) {
      this.#terminal.line(text);
      this.#lastLineMs = now;
    }
  }

  #progressLine(done: number, instances: number): string {
    const expected = this.#started?.expectedFrames ?? null;
    // The header of the file may promise too few.
    const total = expected === null ? null : Math.max(expected, done);
    const secondsEach = this.#pace.secondsPerStep();
    return `${progressLine({ item: 'frame', done, total, secondsEach })}  ${counted(instances, 'instance')}`;
  }

  #end({ output, doneFrames, isStopped }: VideoFinished): void {
    const { shard } = this.#options;
    const time = formatSeconds((performance.now() - this.#beganMs) / 1000);
    const what = shard === undefined ? '' : ` of shard ${shard.number}/${shard.count}`;
    if (isStopped) {
      const file = output === null ? '' : ` ${output} plays that far.`;
      this.#say(`Stopped after ${counted(doneFrames, 'frame')}${what}.${file} The same command with --resume goes on.`);
      return;
    }
    const place = output === null ? '' : ` in ${output}`;
    this.#say(`${counted(doneFrames, 'frame')}${what} translated${place} (${time})`);
    if (shard === undefined || shard.count === 1) return;
    const { input, output: name } = this.#options;
    this.#say(
      `When all ${shard.count} are done: instagan video --input ${shellQuoted(input)} --output ${shellQuoted(name)} --join`,
    );
  }
}

function describeOutput({ width, height, fps, expectedFrames, encoder }: VideoStarted): string {
  const length = expectedFrames === null ? '' : `, about ${counted(expectedFrames, 'frame')}`;
  const rate = fps === null ? '' : `, ${Number(fps.toFixed(3))} frames/s`;
  return `${height}x${width}${rate}${length}, by ${encoder}`;
}
