import type { VideoProgress } from '@instagan/video';
import { type JobDescription, JobLog } from '../jobs/job-log.ts';

/** What is known of the job before the video is opened. */
export type VideoJob = Pick<JobDescription, 'run' | 'input' | 'output' | 'backend'>;

/** Passes on the progress of a video's translation, and keeps the event log of the job for `monitor`. */
export async function* loggedVideo(
  progress: AsyncIterable<VideoProgress>,
  job: VideoJob,
): AsyncGenerator<VideoProgress, void> {
  let log: JobLog | undefined;
  try {
    for await (const event of progress) {
      if (event.type === 'started') {
        const { resumedFrames: step, expectedFrames: totalSteps } = event;
        log = await JobLog.open({ ...job, job: 'video', item: 'frame', step, totalSteps });
      } else if (event.type === 'frame') log?.progress(event.doneFrames, event.instances);
      else if (event.type === 'finished') {
        await log?.close({ reason: event.isStopped ? 'interrupted' : 'completed', failed: 0 });
      }
      yield event;
    }
  } catch (error) {
    await log?.close({ reason: 'failed', failed: 0, message: (error as Error).message });
    throw error;
  }
}
