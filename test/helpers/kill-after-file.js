// Loaded into a command before all else (`node --import`): ends it as `kill -9` does, just after it has renamed a file to a
// name that KILL_AFTER_FILE, a regular expression, matches.
import promises from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

const { rename } = promises;
const wanted = new RegExp(process.env.KILL_AFTER_FILE);

promises.rename = async (from, to) => {
  await rename(from, to);
  if (!wanted.test(String(to))) return;
  process.kill(process.pid, 'SIGKILL');
  await new Promise(() => {});
};
syncBuiltinESMExports();
