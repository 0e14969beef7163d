/** @import { Results, TestPoint } from './read-tap.js' */

/** @param {Results} results */
export function countsOf({ passed, failed, skipped }) {
  return `${passed} passed, ${failed.length} failed, ${skipped.length} skipped`;
}

/** One line for a file of tests, then what failed in it. */
export function reportFile(file, results, seconds) {
  const verdict = results.failed.length > 0 ? 'FAIL' : 'ok  ';
  console.log(`${verdict} ${file}  ${countsOf(results)}  ${seconds.toFixed(1)} s`);
  for (const point of results.failed) console.log(`  - ${describe(point)}`);
}

/** Every reason for a skip, with what was skipped for it, then all failures by name. */
export function reportEnd({ failed, skipped }) {
  const byReason = new Map();
  for (const point of skipped) byReason.set(point.reason, [...(byReason.get(point.reason) ?? []), point]);
  if (byReason.size > 0) console.log('\nSkipped');
  for (const [reason, points] of byReason) {
    console.log(`  ${reason}`);
    for (const point of points) console.log(`    ${nameOf(point)}`);
  }
  if (failed.length > 0) console.log('\nFailed');
  for (const point of failed) console.log(`  ${nameOf(point)}`);
}

/** @param {TestPoint} point */
function nameOf({ file, name }) {
  return name ? `${file} > ${name}` : file;
}

/** @param {TestPoint} point */
function describe(point) {
  const { message, diff, output, at, exitCode, signal, timeout, stack } = point.details ?? {};
  const lines = [nameOf(point)];
  if (message) lines.push(message);
  if (timeout) lines.push(`it took longer than ${timeout / 1000} s`);
  else if (signal) lines.push(`it was ended by ${signal}`);
  else if (exitCode) lines.push(`exit code ${exitCode}`);
  if (diff) lines.push(diff.trimEnd());
  if (output) lines.push(String(output).trimEnd());
  if (at?.fileName && (diff || !stack)) lines.push(`at ${at.fileName}:${at.lineNumber}:${at.columnNumber}`);
  if (stack && !diff) lines.push(stack.trimEnd());
  return lines.join('\n').replaceAll('\n', '\n    ');
}
