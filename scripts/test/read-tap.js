import { Parser } from 'tap-parser';

/**
 * @typedef {object} TestPoint
 * @property {string} file
 * @property {string} name its path of test names, joined by " > "
 * @property {string} reason why it was skipped; '' for a failure
 * @property {Record<string, unknown> | null} details what the failure says
 *
 * @typedef {object} Results
 * @property {number} passed
 * @property {TestPoint[]} failed
 * @property {TestPoint[]} skipped
 */

/** What tap says of a file that ended before its first test: mostly one that could not be loaded. */
const NOTHING_RAN = 'no tests found';

/**
 * Reads the TAP of a run of many files. Counted are assertions, and tests that were skipped or are empty, once each; a
 * test or file that failed although no assertion in it did (it crashed, was killed, took too long) counts as one failure.
 *
 * @param {NodeJS.ReadableStream} stream
 * @param {(file: string, results: Results, seconds: number) => void} onFile called as each file ends
 * @returns {Promise<Results>}
 */
export function readTap(stream, onFile) {
  const parser = new Parser();
  const total = { passed: 0, failed: [], skipped: [] };
  watch(parser, [], (name, results, { time }) => {
    onFile(name, results, (time ?? 0) / 1000);
    add(total, results);
  });
  stream.pipe(parser);
  return new Promise((resolve, reject) => {
    stream.on('error', reject);
    parser.on('complete', () => resolve(total));
  });
}

/** Calls `onPoint` with the results under each point of a parser. */
function watch(parser, names, onPoint) {
  let inside = null;
  parser.on('child', (child) => {
    const results = { passed: 0, failed: [], skipped: [] };
    inside = results;
    watch(child, [...names, child.name], (_name, results_) => add(results, results_));
  });
  parser.on('assert', (point) => {
    const results = inside ?? { passed: 0, failed: [], skipped: [] };
    inside = null;
    count(point, results, names);
    onPoint(point.name, results, point);
  });
}

/** Adds a point itself to the results of what is under it. */
function count({ ok, name, skip, todo, diag }, results, names) {
  const [file, ...tests] = [...names, name];
  const point = { file, name: tests.join(' > '), reason: '', details: diag };
  const nothingRan = names.length === 0 && skip === NOTHING_RAN;
  if (nothingRan) results.failed.push({ ...point, details: { message: 'no test ran: does the file load?' } });
  else if (skip || todo) results.skipped.push({ ...point, reason: String(skip || `to do: ${todo}`) });
  else if (!ok && results.failed.length === 0) results.failed.push(point);
  else if (ok && results.passed + results.skipped.length === 0) results.passed++;
}

function add(total, { passed, failed, skipped }) {
  total.passed += passed;
  total.failed.push(...failed);
  total.skipped.push(...skipped);
}
