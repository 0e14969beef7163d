import { createHash } from 'node:crypto';
import { canonicalJson, type JsonObject, type JsonValue } from './json-value.ts';

/** A JSON object with a checksum of all the rest in `sha256`. @throws Error if it is not JSON */
export function sealed(content: JsonObject): JsonObject {
  return { ...content, sha256: checksumOf(content) };
}

/**
 * What was sealed. Without a checksum it comes from an earlier version, and is taken as it is.
 *
 * @returns null for what is no object, or has changed since
 */
export function unsealed(json: unknown): JsonObject | null {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) return null;
  if (!Object.hasOwn(json, 'sha256')) return json as JsonObject;
  const { sha256, ...content } = json as JsonObject;
  try {
    return sha256 === checksumOf(content) ? content : null;
  } catch {
    // Nested deeper than the stack, or with a number beyond all.
    return null;
  }
}

/** SHA-256 of a value as JSON whose keys are sorted. */
function checksumOf(value: JsonValue): string {
  return createHash('sha256').update(canonicalJson(value)).digest('hex');
}
