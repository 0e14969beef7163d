// Runs files of tests, each in a process of its own, and prints TAP: that of each file under its name.
//
//   node scripts/test/run-files.js FOLDER FILE ...
//
// FOLDER holds the compiled form of each FILE, which is named as in the sources.
import path from 'node:path';
import { t } from 'tap';
import { withoutEnding } from './compile-tests.js';

/** How many run at once: tests that watch the clock fail where more processes than cores are busy. */
const JOBS = 2;
const FILE_TIMEOUT_SECONDS = 240;

const [folder, ...files] = process.argv.slice(2);
// A test in a file would otherwise end after 30 seconds.
const env = { ...process.env, TAP_TIMEOUT: String(FILE_TIMEOUT_SECONDS) };
t.jobs = JOBS;
// Only files have a limit.
t.setTimeout(0);
// tap would have every process below load what it counts processes with, which takes a second and breaks some programs.
const plain = process.platform === 'win32' ? [] : ['env', `NODE_OPTIONS=${process.env.NODE_OPTIONS ?? ''}`];
for (const file of files) {
  const compiled = path.join(folder, `${withoutEnding(file)}.js`);
  const options = { name: file, buffered: true, timeout: 1000 * FILE_TIMEOUT_SECONDS, env, at: null, stack: '' };
  const [command, ...args] = [...plain, process.execPath, '--enable-source-maps', compiled];
  void t.spawn(command, args, options);
}
