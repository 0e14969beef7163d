import { existsSync } from 'node:fs';
import type { VideoProgress, VideoStarted } from '@instagan/video';
import t from 'tap';
import { eventsOfJob, useJobsFolder } from '../jobs/test-support.ts';
import { loggedVideo } from './logged-video.ts';

const job = {
  run: '/runs/meadow',
  input: '/walk.mp4',
  output: '/giraffes.mp4',
  backend: { name: 'wasm', device: '2 threads' },
};
const started: VideoStarted = {
  type: 'started',
  width: 64,
  height: 64,
  fps: 12,
  expectedFrames: 10,
  resumedFrames: 4,
  encoder: 'libx264',
  remarks: [],
};
const frame = (doneFrames: number): VideoProgress => ({ type: 'frame', doneFrames, instances: 2 });

async function* told(progress: readonly VideoProgress[], error?: Error): AsyncGenerator<VideoProgress> {
  yield* progress;
  if (error !== undefined) throw error;
}

async function passed(progress: AsyncIterable<VideoProgress>): Promise<VideoProgress[]> {
  const events: VideoProgress[] = [];
  for await (const event of progress) events.push(event);
  return events;
}

t.test('a video that is translated is a job, from the frame on at which it goes on', async (t) => {
  const root = useJobsFolder(t);
  const finished: VideoProgress = {
    type: 'finished',
    output: '/giraffes.mp4',
    doneFrames: 6,
    isStopped: true,
    remarks: [],
  };
  const progress = [started, frame(5), frame(6), finished];
  t.same(await passed(loggedVideo(told(progress), job)), progress, 'all that is told is passed on');
  t.match(eventsOfJob(root), [
    { type: 'job-started', job: 'video', item: 'frame', step: 4, totalSteps: 10, ...job },
    { type: 'job-progress', step: 6, totalSteps: 10, instances: 2 },
    { type: 'job-finished', step: 6, reason: 'interrupted' },
  ]);
});

t.test('a video that fails says why in its log; one that cannot be opened has none', async (t) => {
  const root = useJobsFolder(t);
  const error = new Error('ffmpeg ended with code 1');
  await t.rejects(passed(loggedVideo(told([], error), job)), error);
  t.notOk(existsSync(root));
  await t.rejects(passed(loggedVideo(told([started, frame(5)], error), job)), error);
  t.match(eventsOfJob(root).at(-1), { type: 'job-finished', step: 5, reason: 'failed', message: error.message });
});
