import { type BackendName, openBackend, UserError } from '@instagan/core';
import type { Test } from 'tap';

/** Opens a backend for a whole test file and closes it at the end; where it cannot open, `null`, and the test is skipped saying why. */
export async function openTestBackend(t: Test, name: BackendName): Promise<boolean> {
  try {
    const backend = await openBackend(name);
    t.teardown(() => backend.close());
    t.comment(`${name}: ${backend.device}`);
    return true;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    t.test(`the ${name} backend`, { skip: error.message }, () => {});
    return false;
  }
}

/** Why a backend does not open here; `false` where it does, as tap takes it. */
export async function skipReason(name: BackendName): Promise<string | false> {
  try {
    await (await openBackend(name)).close();
    return false;
  } catch (error) {
    if (error instanceof UserError) return error.message;
    throw error;
  }
}
