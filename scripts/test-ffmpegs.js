// Runs the tests of videos with one ffmpeg after the other; the last lines say how each did.
//
//   node scripts/test-ffmpegs.js FFMPEG ... [-- TEST ...]
//
// FFMPEGs are programs, TESTs the files to run instead of all that need ffmpeg.
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const args = process.argv.slice(2);
const end = args.includes('--') ? args.indexOf('--') : args.length;
const programs = args.slice(0, end).map((program) => path.resolve(program));
const named = args.slice(end + 1);

if (programs.length === 0) {
  console.error('Name the ffmpegs: node scripts/test-ffmpegs.js FFMPEG ... [-- TEST ...]');
  process.exit(2);
}

/** All tests of the package for videos, and those of the command. */
function videoTests() {
  const sources = path.join('packages', 'video', 'src');
  const names = readdirSync(path.join(root, sources), { recursive: true }).filter((name) => name.endsWith('.test.ts'));
  return [...names.sort().map((name) => path.join(sources, name)), path.join('test', 'cli', 'video.test.ts')];
}

/** @returns whether all tests passed */
function passes(program, tests) {
  const env = { ...process.env, FFMPEG_PATH: program };
  const runner = [path.join(root, 'scripts', 'test.js'), '--tests-only', ...tests];
  return spawnSync(process.execPath, runner, { cwd: root, env, stdio: 'inherit' }).status === 0;
}

const tests = named.length > 0 ? named : videoTests();
const results = [];
for (const program of programs) {
  const { stdout } = spawnSync(program, ['-version'], { encoding: 'utf8' });
  const version = /^ffmpeg version (\S+)/.exec(stdout ?? '')?.[1];
  if (version === undefined) {
    results.push({ passed: false, text: `${program} does not run as ffmpeg` });
    continue;
  }
  console.log(`\n${program}: ffmpeg ${version}`);
  const passed = passes(program, tests);
  results.push({ passed, text: `${passed ? 'passed' : 'FAILED'}  ffmpeg ${version}  ${program}` });
}
console.log(`\n${results.map(({ text }) => text).join('\n')}`);
process.exitCode = results.every(({ passed }) => passed) ? 0 : 1;
