import { readFile } from 'node:fs/promises';
import { UsageError, UserError } from '@instagan/core/data';
import t from 'tap';
import { describeFailure } from './failure.ts';

t.test('scripts tell wrong usage from failure by the exit code', async (t) => {
  t.same(describeFailure(new UsageError('Give --run.')), { message: 'Give --run.', exitCode: 2 });
  t.same(describeFailure(new UserError('a.png is damaged.')), { message: 'a.png is damaged.', exitCode: 1 });
});

t.test('what the system refuses is said with the file and the fix', async (t) => {
  const error = await readFile('nowhere/at/all').catch((reason: unknown) => reason);
  t.match(describeFailure(error), { message: /^nowhere.at.all: there is no such file or folder: check/, exitCode: 1 });
});

t.test('a disk that is full is said, also of a file that is open already', async (t) => {
  const error = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  t.match(describeFailure(error).message, /^The disk is full: free some space, then run the command again\.$/);
});

t.test('a backend that is out of memory is said as such', async (t) => {
  const error = new Error('XNN status for XNNConv2D is not successful. XNN status: 6');
  const advice = (...options: string[]) => describeFailure(error, new Set(options)).message;
  t.match(
    advice('--data', '--ngf', '--size', '--batch'),
    /^The memory is used up .*lower --size or --batch or --ngf, or use/,
  );
  t.match(
    advice('--run', '--input'),
    /\): give smaller images, or use a machine with more\.$/,
    'no option that it does not have',
  );
});

t.test('however a backend says that its memory is used up, there is advice', async (t) => {
  for (const message of [
    'OOM when allocating tensor with shape[4,64,512,512] and type float on /job:localhost/replica:0/task:0/device:GPU:0',
    'RESOURCE_EXHAUSTED: failed to allocate memory',
    'Array buffer allocation failed',
    'Cannot enlarge memory arrays',
  ]) {
    t.match(
      describeFailure(new Error(message), new Set(['--batch'])).message,
      /^The memory is used up .*lower --batch/,
    );
  }
});

t.test('anything else is one line that asks for a report', async (t) => {
  const { message, exitCode } = describeFailure(new TypeError('x is undefined.\n  at y'));
  t.equal(message, 'Unexpected error: x is undefined. Run it again with --debug and report what that prints.');
  t.equal(exitCode, 1);
  t.equal(describeFailure('text').message, 'text');
});
