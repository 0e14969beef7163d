// Runs the checks of the repository; the last line says how much passed, failed and was skipped.
//
//   node scripts/test.js [--tests-only] [FILE ...]
//
// Types and lint come first, unless --tests-only is given, and count as one check each. FILEs are files of
// tests, or folders of them; without any, all tests run. The counts are also left in .cache/test-results.json.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { compileTests } from './test/compile-tests.js';
import { findTests } from './test/find-tests.js';
import { readTap } from './test/read-tap.js';
import { refuseLateAwaits } from './test/refuse-late-awaits.js';
import { countsOf, reportEnd, reportFile } from './test/report.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const compiledFolder = path.join(root, '.cache', 'tests');
const resultsFile = path.join(root, '.cache', 'test-results.json');
const args = process.argv.slice(2);
const testsOnly = args.includes('--tests-only');
const files = args.filter((arg) => arg !== '--tests-only');

const binaries = path.join(root, 'node_modules', '.bin');
const options = {
  cwd: root,
  env: { ...process.env, PATH: `${binaries}${path.delimiter}${process.env.PATH}`, TURBO_TELEMETRY_DISABLED: '1' },
  shell: process.platform === 'win32',
};

/** Runs a program that passes or fails as one. */
function check(name, command, ...rest) {
  console.log(`\n${name}`);
  const { status } = spawnSync(command, rest, { ...options, stdio: 'inherit' });
  if (status === 0) return { passed: 1, failed: [], skipped: [] };
  return failure(name, { exitCode: status, message: [command, ...rest].join(' ') });
}

function failure(file, details) {
  return { passed: 0, failed: [{ file, name: '', reason: '', details }], skipped: [] };
}

async function runTests() {
  console.log('\ntests');
  let tests;
  try {
    tests = findTests(root, files);
    refuseLateAwaits(tests, root);
    await compileTests(tests, root, compiledFolder);
  } catch (error) {
    return failure('no test ran', { message: error.message });
  }
  const script = path.join(root, 'scripts', 'test', 'run-files.js');
  const runner = spawn(process.execPath, [script, compiledFolder, ...tests], {
    ...options,
    shell: false,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise((resolve) => {
    runner.on('close', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  const results = await readTap(runner.stdout, reportFile);
  const end = await ended;
  const ranNothing = results.passed + results.failed.length + results.skipped.length === 0;
  const failedUnnoticed = end.exitCode !== 0 && results.failed.length === 0;
  return ranNothing || failedUnnoticed ? merge([results, failure('the tests', end)]) : results;
}

function merge(parts) {
  return {
    passed: parts.reduce((sum, { passed }) => sum + passed, 0),
    failed: parts.flatMap(({ failed }) => failed),
    skipped: parts.flatMap(({ skipped }) => skipped),
  };
}

rmSync(resultsFile, { force: true });
const parts = [];
if (!testsOnly) {
  parts.push(check('types', 'tsc', '-p', '.'));
  parts.push(check('lint', 'biome', 'check', '.'));
}
parts.push(await runTests());
const results = merge(parts);
reportEnd(results);
mkdirSync(path.dirname(resultsFile), { recursive: true });
const { passed, failed, skipped } = results;
writeFileSync(resultsFile, `${JSON.stringify({ passed, failed: failed.length, skipped: skipped.length })}\n`);
console.log(`\n${countsOf(results)}`);
process.exitCode = failed.length > 0 ? 1 : 0;
