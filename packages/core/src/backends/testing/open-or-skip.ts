import type { Test } from 'tap';
import { UserError } from '../../errors.ts';
import type { BackendName, BackendOptions, OpenBackend } from '../backend.ts';
import { openBackend } from '../registry.ts';

/** Opens a backend for the time of a test; where it cannot open, the test is skipped saying why, and there is none. */
export async function openOrSkip(
  t: Test,
  name: BackendName,
  options: BackendOptions = {},
): Promise<OpenBackend | null> {
  try {
    const backend = await openBackend(name, options);
    t.teardown(() => backend.close());
    return backend;
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    t.pass(name, { skip: error.message });
    return null;
  }
}
