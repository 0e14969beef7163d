import * as z from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { canonicalJson, type JsonObject } from '../data/json-value.ts';
import { sealed, unsealed } from '../data/sealed-json.ts';
import { UserError } from '../errors.ts';

/** Version of the checkpoint's layout; raised when an older reader would misread it. */
export const CHECKPOINT_FORMAT_VERSION = 1;

export const MANIFEST_FILE = 'manifest.json';

/** Names of files in a checkpoint: plain, so that a manifest cannot point elsewhere. */
export const CHECKPOINT_FILE_NAME = /^[A-Za-z0-9][A-Za-z0-9_-]*\.safetensors$/;

/** `manifest.json`: no time stamps, so that equal states are equal bytes. */
export interface CheckpointManifest {
  readonly formatVersion: number;
  /** Version of @instagan/core that wrote it. */
  readonly packageVersion: string;
  readonly step: number;
  readonly files: Readonly<Record<string, { readonly sha256: string; readonly sizeBytes: number }>>;
  /** What the writer wants back: random states, learning rate, data order. */
  readonly state: JsonObject;
}

/** Strict: a checksum whose name has lost a bit must not go unnoticed. */
const schema = z.strictObject({
  formatVersion: z.literal(CHECKPOINT_FORMAT_VERSION),
  packageVersion: z.string(),
  step: z.int().nonnegative(),
  files: z.record(
    z.string().regex(CHECKPOINT_FILE_NAME),
    z.object({ sha256: z.string().regex(/^[0-9a-f]{64}$/), sizeBytes: z.int().nonnegative() }),
  ),
  state: z.record(z.string(), z.json()),
});

/** The manifest's text, the same bytes for the same content. */
export function formatManifest(content: Pick<CheckpointManifest, 'step' | 'files' | 'state'>): string {
  const manifest = {
    formatVersion: CHECKPOINT_FORMAT_VERSION,
    packageVersion: packageJson.version,
    step: content.step,
    files: content.files,
    state: content.state,
  };
  return canonicalJson(sealed(manifest));
}

/**
 * @returns the manifest, or `null` if the text is not one (damaged)
 * @throws UserError if a later version of the software wrote it: that is no damage, and must not be passed over
 */
export function parseManifest(text: string, fileName: string): CheckpointManifest | null {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return null;
  }
  const version = z.object({ formatVersion: z.int(), packageVersion: z.string() }).safeParse(json);
  if (version.success && version.data.formatVersion > CHECKPOINT_FORMAT_VERSION) {
    const { formatVersion, packageVersion } = version.data;
    // This version writes no such format: a bit was lost.
    if (packageVersion === packageJson.version) return null;
    throw new UserError(
      `${fileName} was written by instagan ${packageVersion} in checkpoint format ${formatVersion}, and this version reads up to ${CHECKPOINT_FORMAT_VERSION}: update instagan.`,
    );
  }
  try {
    const manifest = schema.safeParse(unsealed(json));
    return manifest.success ? manifest.data : null;
  } catch {
    // Nested deeper than the stack.
    return null;
  }
}
