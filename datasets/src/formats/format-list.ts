import { readdir, stat } from 'node:fs/promises';
import { cannotBeRead, readHead, UserError } from '@instagan/core/data';
import type { AnnotationFormat, AnnotationSource, OpenOptions, PathLook } from './annotation-source.ts';
import { ccp } from './ccp.ts';
import { coco } from './coco.ts';
import { labelme } from './labelme.ts';
import { masks } from './masks.ts';
import { mhp } from './mhp.ts';
import { ownLayout } from './own-layout.ts';
import { via } from './via.ts';
import { voc } from './voc.ts';
import { yolo } from './yolo.ts';

/** Every format by the name that commands know it by, in the order in which paths are tried on them. */
export const ANNOTATION_FORMATS = { instagan: ownLayout, voc, ccp, mhp, yolo, via, coco, masks, labelme } as const;

export type AnnotationFormatName = keyof typeof ANNOTATION_FORMATS;

const HEAD_BYTES = 2 ** 16;

/**
 * The format that a file or folder looks like.
 *
 * @throws UserError if the path cannot be read, or looks like none
 */
export async function recogniseFormat(path: string): Promise<AnnotationFormatName> {
  const look = await lookAt(path);
  const formats: [string, AnnotationFormat][] = Object.entries(ANNOTATION_FORMATS);
  const found = formats.find(([, format]) => format.recognises(look));
  if (found !== undefined) return found[0] as AnnotationFormatName;
  throw new UserError(
    `${path} looks like no known format: name it (${Object.keys(ANNOTATION_FORMATS).join(', ')}), or give another path.`,
  );
}

/** Opens annotations of a format. @param format without one, what the path looks like */
export async function openAnnotations(
  path: string,
  { format, ...options }: OpenOptions & { readonly format?: AnnotationFormatName } = {},
): Promise<AnnotationSource> {
  return ANNOTATION_FORMATS[format ?? (await recogniseFormat(path))].open(path, options);
}

async function lookAt(path: string): Promise<PathLook> {
  try {
    if ((await stat(path)).isDirectory()) return { path, head: '', names: new Set(await readdir(path)) };
    return { path, head: (await readHead(path, HEAD_BYTES)).toString(), names: new Set() };
  } catch (error) {
    throw cannotBeRead(path, error);
  }
}
