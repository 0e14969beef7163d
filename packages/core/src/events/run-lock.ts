import { randomBytes } from 'node:crypto';
import { open, readdir, rename, rm, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import { UserError } from '../errors.ts';
import { isThere, NOT_WAITING, readText } from '../runtime/files.ts';
import { fateOf, ownIdentity } from '../runtime/process-identity.ts';
import { eventLogFile } from './event-log.ts';
import { beatPosition, formatLock, lockFile, parseLock, type RunHolder } from './lock-file.ts';

/** A run that this process holds. */
export interface RunLock {
  /** @throws UserError if the run was moved, deleted or taken over meanwhile: nothing may be written to it any more */
  requireHeld(): Promise<void>;
  release(): Promise<void>;
}

/** For tests: how fast hearts beat, and how long one may stand still. */
export interface LockTimes {
  readonly beatMs: number;
  readonly staleMs: number;
}

/** What is done in a folder that is locked, as messages call it. */
export interface LockedWork {
  /** Such as `training`. */
  readonly name: string;
  /** Such as `trained`. */
  readonly done: string;
  /** What one may do other than to stop it, such as `choose another run`. */
  readonly instead: string;
  /** How it goes on after its folder was lost, such as `go on from its last checkpoint with --resume`. */
  readonly remedy: string;
}

const TRAINING: LockedWork = {
  name: 'training',
  done: 'trained',
  instead: 'choose another run',
  remedy: 'go on from its last checkpoint with --resume',
};

const TIMES: LockTimes = { beatMs: 4000, staleMs: 20_000 };
const MAX_ATTEMPTS = 10;

/** Tokens of the locks that this process holds or is about to take. */
const ownTokens = new Set<string | null>();

/**
 * Takes a run, or another folder of work, for this process, so that two never write to one. A lock is taken over when its process is
 * gone. Where that cannot be told by the process number (another machine, a container, a number that was given to another
 * program), the lock's heartbeat is watched, and a lock without one is taken over after 20 seconds.
 *
 * @throws UserError if another process holds the run
 */
export async function lockRun(
  runFolder: string,
  times: LockTimes = TIMES,
  work: LockedWork = TRAINING,
): Promise<RunLock> {
  const file = lockFile(runFolder);
  const { token, text } = newLock();
  await take(file, text, { runFolder, staleMs: times.staleMs, work });
  await removeGuards(file);
  const heart = beatHeart(file, text, times.beatMs);
  return {
    requireHeld: async () => {
      const found = await readLockFile(file).catch(() => text);
      if (found === null) throw await lost(runFolder, work);
      const holder = parseLock(found);
      if (holder?.token !== token) {
        throw new UserError(
          `${runFolder} was taken over by ${nameOf(holder)} while this process did not answer: this ${work.name} has ended, and that one goes on.`,
        );
      }
    },
    release: async () => {
      await heart.stop();
      await removeOwn(file, token);
    },
  };
}

function newLock(): { readonly token: string; readonly text: string } {
  const token = randomBytes(8).toString('hex');
  ownTokens.add(token);
  return { token, text: formatLock({ ...ownIdentity(), token, beat: 0 }) };
}

interface Claim {
  readonly runFolder: string;
  readonly staleMs: number;
  readonly work: LockedWork;
}

/** Puts `text` into a lock's place. @throws UserError if somebody else holds it */
async function take(file: string, text: string, claim: Claim): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    if (await createNew(file, text)) return;
    const found = await readLockFile(file);
    if (found === null) continue;
    const abandoned = await watch(file, found, claim);
    if (abandoned !== null && (await replace(file, abandoned, text, claim))) return;
  }
  throw new UserError(
    `${file} keeps changing: another process is starting the same ${claim.work.name}, so wait for it.`,
  );
}

async function createNew(file: string, text: string): Promise<boolean> {
  try {
    const handle = await open(file, 'wx');
    try {
      await handle.writeFile(text);
    } catch (error) {
      await rm(file, { force: true });
      throw error;
    } finally {
      await handle.close();
    }
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** @returns null if there is none */
async function readLockFile(file: string): Promise<string | null> {
  try {
    return await readText(file, NOT_WAITING);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT') return null;
    if (code === 'EISDIR') {
      throw new UserError(`${file} is a folder, where the lock of the run belongs: move it away.`);
    }
    throw error;
  }
}

/**
 * Finds out whether a lock is abandoned.
 *
 * @returns its text if it is; null if it changed meanwhile and has to be looked at again
 * @throws UserError if its holder lives
 */
async function watch(file: string, found: string, { runFolder, staleMs, work }: Claim): Promise<string | null> {
  const holder = parseLock(found);
  const fate = holder === null ? 'unknown' : fateOfHolder(holder);
  if (fate === 'gone') return found;
  if (holder !== null && fate === 'alive') throw held(runFolder, holder, work);
  // Older versions have no heartbeat, but write to the log.
  const logBytes = await sizeOf(eventLogFile(runFolder));
  for (let waitedMs = 0; waitedMs < staleMs; waitedMs += staleMs / 40) {
    await delay(staleMs / 40);
    const now = await readLockFile(file);
    const after = now === null ? null : parseLock(now);
    const isSame = now === found || (after !== null && after.token !== null && after.token === holder?.token);
    if (!isSame) return null;
    if (holder !== null && (now !== found || (await sizeOf(eventLogFile(runFolder))) !== logBytes)) {
      throw held(runFolder, holder, work);
    }
  }
  return found;
}

function fateOfHolder(holder: RunHolder): ReturnType<typeof fateOf> {
  const own = ownIdentity();
  const { pid, host, birth, token } = holder;
  if (pid !== own.pid || host !== own.host) return fateOf(holder);
  // Of an older version, such as by process 1 of a container that was started again.
  if (token === null) return 'gone';
  // One that this process could not give back, as its run was moved, is nobody's.
  return birth === own.birth && !ownTokens.has(token) ? 'gone' : fateOf(holder);
}

/** Of several processes that find the same abandoned lock, only one may replace it: the one that takes a lock for doing so. */
async function replace(file: string, abandoned: string, text: string, claim: Claim): Promise<boolean> {
  const guard = guardOf(file);
  const own = newLock();
  try {
    await take(guard, own.text, claim);
    if ((await readLockFile(file)) !== abandoned) return false;
    const beside = `${guard}.${randomBytes(8).toString('hex')}`;
    await createNew(beside, text);
    await rename(beside, file);
    return true;
  } finally {
    await removeOwn(guard, own.token);
  }
}

function guardOf(file: string): string {
  return `${file}.takeover`;
}

/** Removes what killed processes left of taking over. While the lock is held, others that take over find it changed and give up. */
async function removeGuards(file: string): Promise<void> {
  const folder = path.dirname(file);
  const left = (await readdir(folder)).filter((name) => name.startsWith(path.basename(guardOf(file))));
  for (const name of left) await rm(path.join(folder, name), { force: true });
}

async function removeOwn(file: string, token: string): Promise<void> {
  ownTokens.delete(token);
  const found = await readLockFile(file).catch(() => null);
  if (found !== null && parseLock(found)?.token === token) await rm(file, { force: true });
}

function sizeOf(file: string): Promise<number> {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  );
}

/** Counts the heartbeat up from a thread of its own: a step of the training may keep this one busy for minutes. */
function beatHeart(file: string, text: string, beatMs: number): { stop(): Promise<void> } {
  // The file stays open: when the run is moved, its lock goes on beating. Plain JavaScript, for it is compiled nowhere.
  const program = `
    const { openSync, writeSync, fdatasyncSync } = require('node:fs');
    const { workerData } = require('node:worker_threads');
    const { file, position, digits, beatMs } = workerData;
    const descriptor = openSync(file, 'r+');
    let beat = 0;
    setInterval(() => {
      try {
        writeSync(descriptor, Buffer.from(String(++beat).padStart(digits, '0')), 0, digits, position);
        fdatasyncSync(descriptor);
      } catch {}
    }, beatMs);`;
  const position = beatPosition(text);
  const worker = new Worker(program, {
    eval: true,
    execArgv: [],
    workerData: { file, position, digits: Buffer.byteLength(text) - position - 1, beatMs },
  });
  // On this machine the lock is good without a heart.
  worker.on('error', () => {});
  worker.unref();
  return { stop: async () => void (await worker.terminate()) };
}

function held(runFolder: string, holder: RunHolder, { name, done, instead }: LockedWork): UserError {
  return new UserError(`${runFolder} is being ${done} by ${nameOf(holder)}: stop that ${name} first, or ${instead}.`);
}

function nameOf(holder: RunHolder | null): string {
  return holder === null ? 'another process' : `process ${holder.pid} on ${holder.host}`;
}

async function lost(runFolder: string, { done, remedy }: LockedWork): Promise<UserError> {
  const what = (await isThere(runFolder))
    ? `${lockFile(runFolder)} was deleted while its folder was ${done}, and another process may have taken it`
    : `${runFolder} was moved or deleted while it was ${done}, and nothing more can be saved there`;
  return new UserError(`${what}: ${remedy}.`);
}
