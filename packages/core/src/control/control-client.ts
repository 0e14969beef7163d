import { connect } from 'node:net';
import * as z from 'zod';
import { UserError } from '../errors.ts';
import { NOT_WAITING, readText } from '../runtime/files.ts';
import { addressFile } from './control-address.ts';
import type { ControlCommand } from './control-command.ts';

const TIMEOUT_MS = 5000;
const MAX_ANSWER_LENGTH = 16_384;

const answerSchema = z.object({ ok: z.boolean(), error: z.string().optional() });

/**
 * Tells a run that is being trained what to do. It obeys after the step it is at; the event log tells when it did.
 *
 * @throws UserError if the run is not being trained, belongs to somebody else, or refuses the command
 */
export async function sendControl(runFolder: string, command: ControlCommand): Promise<void> {
  const notReached = (why: string) => new UserError(`${runFolder} cannot be controlled: ${why}.`);
  let address: string;
  try {
    address = (await readText(addressFile(runFolder), NOT_WAITING)).trim();
  } catch (error) {
    const isForbidden = (error as NodeJS.ErrnoException).code === 'EACCES';
    throw notReached(isForbidden ? 'it belongs to another user' : 'it is not being trained, or by an older version');
  }
  if (address === '' || address.includes('\0')) throw notReached(`${addressFile(runFolder)} is damaged`);
  const answer = await new Promise<string>((resolve, reject) => {
    // Always a path: a number would be a port of this machine.
    const socket = connect({ path: address });
    let text = '';
    socket.setEncoding('utf8');
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(notReached('the training does not answer')));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EACCES' ? 'it belongs to another user' : 'its training is gone';
      reject(error instanceof UserError ? error : notReached(why));
    });
    socket.on('close', () => reject(notReached('the training has just ended')));
    socket.on('data', (part: string) => {
      text += part;
      const end = text.indexOf('\n');
      if (end === -1 && text.length <= MAX_ANSWER_LENGTH) return;
      resolve(text.slice(0, Math.max(0, end)));
      socket.destroy();
    });
    socket.write(`${JSON.stringify(command)}\n`);
  });
  const result = parseAnswer(answer);
  if (result === null) throw notReached(`${address} is no training`);
  if (!result.ok) throw notReached(result.error ?? 'the command was refused');
}

function parseAnswer(line: string): z.infer<typeof answerSchema> | null {
  try {
    return answerSchema.parse(JSON.parse(line));
  } catch {
    return null;
  }
}
