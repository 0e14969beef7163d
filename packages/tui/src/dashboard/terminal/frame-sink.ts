import { EventEmitter } from 'node:events';

/**
 * What Ink takes for a terminal: it hands over whole frames as text.
 *
 * @param size of the terminal, in characters
 */
export function frameSink(
  size: () => { columns: number; rows: number },
  onFrame: (frame: string) => void,
): NodeJS.WriteStream {
  const sink = new EventEmitter();
  Object.defineProperties(sink, { columns: { get: () => size().columns }, rows: { get: () => size().rows } });
  const write = (frame: string) => {
    onFrame(frame);
    return true;
  };
  return Object.assign(sink, { write }) as unknown as NodeJS.WriteStream;
}
