import type { Sample } from '@instagan/core/data';
import type { SampleOptions, SampleTask } from './decode-sample.ts';

/** What a decode worker is given when it starts. */
export interface DecodeWorkerData {
  readonly options: SampleOptions;
  /** Bytes of resized images it may keep. */
  readonly cacheBytes: number;
}

export type DecodeRequest =
  | { readonly type: 'decode'; readonly id: number; readonly task: SampleTask }
  /** Answered by `closed` once nothing is at hand; the worker may then be ended. */
  | { readonly type: 'close' };

export type DecodeReply =
  | { readonly type: 'ready' }
  | { readonly type: 'closed' }
  | { readonly type: 'sample'; readonly id: number; readonly sample: Sample }
  /** `isUserError`: the message is meant for the person at the keyboard. */
  | { readonly type: 'failed'; readonly id: number; readonly message: string; readonly isUserError: boolean };
