/** Entry of a decode worker: answers each request with a sample whose arrays are handed over, not copied. */
import { parentPort, workerData } from 'node:worker_threads';
import { UserError } from '@instagan/core/data';
import { decodeOnOneThread } from '../images/open-image.ts';
import { createByteCache } from './byte-cache.ts';
import type { DecodeReply, DecodeRequest, DecodeWorkerData } from './decode-message.ts';
import { decodeSample, type LoadedImage, type SampleTask } from './decode-sample.ts';

if (parentPort === null) throw new Error('decode-worker is started by the decode pool, not by hand');
const port = parentPort;
const { options, cacheBytes } = workerData as DecodeWorkerData;
const cache = createByteCache<LoadedImage>(cacheBytes);
decodeOnOneThread();

const post = (reply: DecodeReply, transfer: ArrayBuffer[] = []) => port.postMessage(reply, transfer);

async function answer(id: number, task: SampleTask): Promise<void> {
  try {
    const sample = await decodeSample(task, options, cache);
    const arrays = [sample.image, ...sample.masks, ...(sample.truth?.masks ?? []), ...(sample.truth?.targets ?? [])];
    post({ type: 'sample', id, sample }, [...new Set(arrays.map(({ buffer }) => buffer as ArrayBuffer))]);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    post({ type: 'failed', id, message, isUserError: error instanceof UserError });
  }
}

let work = Promise.resolve();
port.on('message', (request: DecodeRequest) => {
  work = work.then(() => (request.type === 'close' ? post({ type: 'closed' }) : answer(request.id, request.task)));
});
post({ type: 'ready' });
