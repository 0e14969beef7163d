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
