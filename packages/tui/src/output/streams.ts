/**
 * Keeps the process alive when whoever reads its output goes away (`| head`, a closed SSH session): what is written from
 * then on is lost, and nothing else.
 *
 * @param onLost called once, when standard output has lost its reader
 */
export function surviveClosedStreams(onLost: () => void): void {
  let lost = false;
  process.stdout.on('error', () => {
    if (lost) return;
    lost = true;
    onLost();
  });
  process.stderr.on('error', () => {});
}
