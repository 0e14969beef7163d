import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import path from 'node:path';

/** A call by which a program changes what is on the disk. */
export interface FileCall {
  readonly name: string;
  readonly file: string;
  /** Bytes that it would write; none where it makes, renames or removes something. */
  readonly content?: Uint8Array;
}

/**
 * What becomes of a call: it is made, or fails with an error of this code once half of its bytes are written. A promise that never
 * settles is for programs that are about to be killed.
 */
export type Fate = 'made' | 'ENOSPC' | 'EROFS' | 'EACCES';

export type Judge = (call: FileCall, writeHalf: () => Promise<void>) => Fate | Promise<Fate>;

const MESSAGES = {
  ENOSPC: 'no space left on device',
  EROFS: 'read-only file system',
  EACCES: 'permission denied',
} as const;

const PATH_CALLS = ['mkdir', 'rename', 'rm', 'rmdir', 'unlink', 'truncate', 'chmod', 'copyFile', 'symlink'] as const;
const CONTENT_CALLS = ['writeFile', 'appendFile'] as const;
const HANDLE_CALLS = ['writeFile', 'appendFile', 'write', 'truncate', 'sync', 'datasync'] as const;
const WRITING_FLAGS = /[wa+]/;

type AnyFunction = (...args: unknown[]) => Promise<unknown>;
type Functions = Record<string, AnyFunction>;

/**
 * Asks `judge` before each call of `node:fs/promises` that changes something in a folder. All that is kept of a run goes through
 * these calls; ffmpeg writes by itself.
 *
 * @returns puts the calls back as they were
 */
export async function judgeFileCalls(folder: string, judge: Judge): Promise<() => void> {
  const root = `${path.resolve(folder)}${path.sep}`;
  const isWatched = (file: unknown) => typeof file === 'string' && path.resolve(file).startsWith(root);
  const promises = fs.promises as unknown as Functions;
  const handle = await fs.promises.open(process.execPath, 'r');
  const handles = Object.getPrototypeOf(handle) as Functions;
  await handle.close();
  const kept: { owner: Functions; name: string; original: AnyFunction }[] = [];
  const files = new WeakMap<object, string>();

  const wrap = (owner: Functions, name: string, around: (original: AnyFunction) => AnyFunction) => {
    const original = owner[name] as AnyFunction;
    kept.push({ owner, name, original });
    owner[name] = around(original);
  };
  const failing = (code: Exclude<Fate, 'made'>, { name, file }: FileCall): NodeJS.ErrnoException =>
    Object.assign(new Error(`${code}: ${MESSAGES[code]}, ${name} '${file}'`), { code, syscall: name, path: file });
  const ask = async (call: FileCall, writeHalf: () => Promise<unknown>): Promise<void> => {
    const fate = await judge(call, async () => void (await writeHalf()));
    if (fate === 'made') return;
    if (call.content !== undefined) await writeHalf();
    throw failing(fate, call);
  };
  const nothing = async () => {};

  for (const name of PATH_CALLS) {
    wrap(promises, name, (original) => async (...args) => {
      const file = args.find(isWatched) as string | undefined;
      if (file !== undefined) await ask({ name, file }, nothing);
      return original(...args);
    });
  }
  for (const name of CONTENT_CALLS) {
    wrap(promises, name, (original) => async (file, data, ...options) => {
      if (isWatched(file)) {
        const content = bytesOf(data);
        await ask({ name, file: file as string, content }, () => original(file, half(content), ...options));
      }
      return original(file, data, ...options);
    });
  }
  wrap(promises, 'open', (original) => async (file, flags = 'r', ...rest) => {
    const writes = isWatched(file) && WRITING_FLAGS.test(String(flags));
    if (writes) await ask({ name: 'open', file: file as string }, nothing);
    const opened = (await original(file, flags, ...rest)) as object;
    if (writes) files.set(opened, file as string);
    return opened;
  });
  for (const name of HANDLE_CALLS) {
    wrap(
      handles,
      name,
      (original) =>
        async function (this: object, ...args: unknown[]) {
          const file = files.get(this);
          if (file === undefined) return original.apply(this, args);
          const holdsBytes = name !== 'truncate' && name !== 'sync' && name !== 'datasync';
          if (!holdsBytes) await ask({ name, file }, nothing);
          else {
            const content = bytesOf(args[0]);
            await ask({ name, file, content }, () => original.call(this, half(content)));
          }
          return original.apply(this, args);
        },
    );
  }
  syncBuiltinESMExports();
  return () => {
    for (const { owner, name, original } of kept) owner[name] = original;
    syncBuiltinESMExports();
  };
}

function bytesOf(data: unknown): Uint8Array {
  return typeof data === 'string' ? Buffer.from(data) : (data as Uint8Array);
}

function half(content: Uint8Array): Uint8Array {
  return content.subarray(0, Math.floor(content.length / 2));
}
