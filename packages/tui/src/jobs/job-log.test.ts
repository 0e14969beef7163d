import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { eventLogFile } from '@instagan/core/events';
import t from 'tap';
import { JobLog } from './job-log.ts';
import { eventsOfJob, useJobsFolder } from './test-support.ts';

const job = {
  job: 'translate',
  item: 'image',
  step: 0,
  totalSteps: 3,
  run: 'runs/meadow',
  input: 'photos',
  output: 'translated',
  backend: { name: 'cpu', device: 'one core' },
} as const;

t.test('a job tells what it does, how far it is and how it ended, with paths that hold everywhere', async (t) => {
  const root = useJobsFolder(t);
  const log = await JobLog.open(job);
  const [name = ''] = readdirSync(root);
  const folder = path.join(root, name);
  t.ok(existsSync(path.join(folder, 'run.lock')), 'it is known to be alive');
  log.progress(1, 2);
  await delay(550);
  log.progress(2, 4, 'translated/b.png');
  log.progress(3, 0);
  await log.close({ reason: 'completed', failed: 0 });
  const [started, first, second, end, ...more] = eventsOfJob(root);
  t.match(started, { type: 'job-started', run: path.resolve('runs/meadow'), output: path.resolve('translated') });
  t.match(first, { type: 'job-progress', step: 2, instances: 3, path: path.resolve('translated/b.png') });
  t.ok(first?.type === 'job-progress' && first.seconds >= 0.27 && first.seconds < 1, 'the mean of two images');
  t.match(second, { step: 3, totalSteps: 3, instances: 0 });
  t.match(end, { type: 'job-finished', step: 3, reason: 'completed' });
  t.same(more, []);
  t.notOk(existsSync(path.join(folder, 'run.lock')));
});

t.test('thousands of frames a second make few entries', async (t) => {
  const root = useJobsFolder(t);
  const log = await JobLog.open({
    ...job,
    job: 'video',
    item: 'frame',
    totalSteps: 10,
    input: 'https://example.org/a.mp4',
  });
  for (let frame = 1; frame <= 5000; frame++) log.progress(frame, 1);
  await log.close({ reason: 'interrupted', failed: 0 });
  const events = eventsOfJob(root);
  t.match(events[0], { input: 'https://example.org/a.mp4' }, 'a URL is no path');
  t.ok(events.length <= 5, `${events.length} events`);
  t.match(events.at(-2), { step: 5000, totalSteps: 5000 }, 'more frames than the header promised');
});

t.test('old logs go when a job begins; one that is written to stays', async (t) => {
  const root = useJobsFolder(t);
  const made = (name: string, ageDays: number) => {
    mkdirSync(path.join(root, name), { recursive: true });
    const file = eventLogFile(path.join(root, name));
    writeFileSync(file, '');
    const time = Date.now() / 1000 - 86_400 * ageDays;
    utimesSync(file, time, time);
  };
  for (let i = 0; i < 60; i++) made(`recent-${i}`, i / 100);
  made('old', 8);
  const log = await JobLog.open(job);
  await log.close({ reason: 'completed', failed: 0 });
  const left = readdirSync(root);
  t.equal(left.length, 50);
  t.ok(left.includes('recent-0') && !left.includes('recent-59') && !left.includes('old'));
});

t.test('a job goes on where no log can be written', async (t) => {
  useJobsFolder(t);
  process.env.INSTAGAN_JOBS = path.join(t.testdir({ file: '' }), 'file', 'jobs');
  const log = await JobLog.open(job);
  log.progress(1, 1);
  await log.close({ reason: 'completed', failed: 0 });
});
