import { readFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { UserError } from '../errors.ts';
import { addressFile } from './control-address.ts';
import type { ControlCommand } from './control-command.ts';

const TIMEOUT_MS = 5000;

/**
 * Tells a run that is being trained what to do. It obeys after the step it is at; the event log tells when it did.
 *
 * @throws UserError if the run is not being trained, belongs to somebody else, or refuses the command
 */
export async function sendControl(runFolder: string, command: ControlCommand): Promise<void> {
  const notReached = (why: string) => new UserError(`${runFolder} cannot be controlled: ${why}.`);
  let address: string;
  try {
    address = (await readFile(addressFile(runFolder), 'utf8')).trim();
  } catch (error) {
    const isForbidden = (error as NodeJS.ErrnoException).code === 'EACCES';
    throw notReached(isForbidden ? 'it belongs to another user' : 'it is not being trained, or by an older version');
  }
  const answer = await new Promise<string>((resolve, reject) => {
    const socket = connect(address);
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
      if (!text.includes('\n')) return;
      resolve(text);
      socket.destroy();
    });
    socket.write(`${JSON.stringify(command)}\n`);
  });
  const result = JSON.parse(answer) as { ok: boolean; error?: string };
  if (!result.ok) throw notReached(result.error ?? 'the command was refused');
}
