import { UsageError } from '@instagan/core/data';
import { type AnnotationFormatName, type AnnotationSource, openAnnotations } from '@instagan/datasets';
import { ANNOTATION_FORMATS } from '../options/names.ts';

/** Annotations that somebody named: `coco:instances.json?images=train2017`. */
export interface AnnotationLocation {
  /** Undefined where the path is to tell. */
  readonly format?: AnnotationFormatName;
  readonly path: string;
  /** What follows the question mark. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * The annotations that a text names: `FORMAT:PATH`, or a JSON or YAML file, which tells its format itself; each may be followed by
 * `?NAME=VALUE&…`. Null for any other path, which is a folder in the layout of this project.
 */
export function annotationLocation(text: string): AnnotationLocation | null {
  const [, name = '', rest = ''] = /^([a-z]+):(.+)$/.exec(text) ?? [];
  const isNamed = Object.hasOwn(ANNOTATION_FORMATS, name);
  const [, path = '', query = ''] = /^(.*?)(?:\?([^/\\]*=.*))?$/.exec(isNamed ? rest : text) ?? [];
  if (!isNamed && !/\.(json|ya?ml)$/i.test(path)) return null;
  const settings = Object.fromEntries(new URLSearchParams(query));
  return isNamed ? { format: name as AnnotationFormatName, path, settings } : { path, settings };
}

/** Opens annotations whose settings say no more than where the images are and what is read of a file. */
export function openLocation({ format, path, settings }: AnnotationLocation): Promise<AnnotationSource> {
  const { images, attribute, classes, ...others } = settings;
  const [unknown] = Object.keys(others);
  if (unknown !== undefined) {
    throw new UsageError(`${path}: there is no setting ${unknown} here: give images, attribute or classes.`);
  }
  return openAnnotations(path, {
    ...(format === undefined ? {} : { format }),
    ...(images === undefined ? {} : { images }),
    ...(attribute === undefined ? {} : { attribute }),
    ...(classes === undefined ? {} : { classes }),
  });
}
