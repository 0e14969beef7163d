import { main } from '@instagan/tui';
import { type CliResult, jobsIn } from './cli-process.ts';

let last: Promise<unknown> = Promise.resolve();

/**
 * What {@link runCli} gives, without a process: for tests of what the command says and writes, many of which would
 * start many processes. One runs at a time, because they share the working directory and the streams of this one.
 */
export function callCli(args: readonly string[], cwd: string): Promise<CliResult> {
  const result = last.then(() => call(args, cwd));
  last = result.catch(() => {});
  return result;
}

async function call(args: readonly string[], cwd: string): Promise<CliResult> {
  const before = { cwd: process.cwd(), jobs: process.env.INSTAGAN_JOBS };
  const [stdout, stderr] = [capture(process.stdout), capture(process.stderr)];
  process.chdir(cwd);
  process.env.INSTAGAN_JOBS = jobsIn(cwd);
  try {
    const code = await main(args);
    return { code, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    stdout.release();
    stderr.release();
    process.chdir(before.cwd);
    if (before.jobs === undefined) delete process.env.INSTAGAN_JOBS;
    else process.env.INSTAGAN_JOBS = before.jobs;
  }
}

/** Keeps what is written to a stream from it, as a pipe would. */
function capture(stream: NodeJS.WriteStream): { text(): string; release(): void } {
  const written: string[] = [];
  const { write, isTTY } = stream;
  const listeners = stream.listeners('error');
  stream.isTTY = false;
  stream.write = (chunk: Uint8Array | string) => {
    written.push(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    return true;
  };
  return {
    text: () => written.join(''),
    release() {
      Object.assign(stream, { write, isTTY });
      for (const listener of stream.listeners('error')) {
        if (!listeners.includes(listener)) stream.off('error', listener as () => void);
      }
    },
  };
}
