/**
 * Keeps the process alive when whoever reads its output goes away (`| head`, a closed SSH session): what is written from
 * then on is lost, and nothing else.
 */
export function surviveClosedStreams(): void {
  process.stdout.on('error', () => {});
  process.stderr.on('error', () => {});
}
