import type { SplitName } from '../folder/dataset-folder.ts';
import type { ImageHeader, MaskImage } from '../images/image-file.ts';

/** One object that somebody outlined. */
export interface AnnotatedObject {
  readonly label: string;
  /** Whether it outlines many objects at once, and so is no instance. */
  readonly isCrowd: boolean;
  /**
   * Its mask on the picture as it is shown, in the picture's shape but maybe in another size. Drawn when it is asked for, so that
   * no more than one of an image need be in memory.
   *
   * @throws UserError if the annotation does not say clearly which pixels it covers
   */
  draw(): MaskImage | Promise<MaskImage>;
}

/** More objects of one image than this are none, and are not drawn. */
export const MAX_OBJECTS = 1000;

/** One picture and its objects. */
export interface AnnotatedImage {
  /** Name of the picture as the annotations have it, maybe with folders. */
  readonly name: string;
  /** Null where the annotations do not say. */
  readonly split: SplitName | null;
  /** The labels of its objects, crowds apart, where they are known without opening another file; else null. */
  readonly labels: ReadonlySet<string> | null;
  /** The labels of its crowds, where there are any. */
  readonly crowdLabels?: ReadonlySet<string>;
  /** Path of the picture. @throws UserError if there is none, or its name leaves the folder of images */
  locate(): Promise<string>;
  /**
   * Its objects, in the order of the annotations.
   *
   * @param file path of the picture, for messages
   * @param header of that picture
   * @throws UserError if the annotations cannot be read, or are of a picture of another shape
   */
  objects(file: string, header: ImageHeader): Promise<readonly AnnotatedObject[]>;
}

/** What a format makes of its files. */
export interface AnnotationSource {
  /** What was opened, for messages. */
  readonly path: string;
  readonly images: readonly AnnotatedImage[];
  /** The labels that exist; null where only the pixels of all its images tell. */
  readonly labels: readonly string[] | null;
  /** What could not be read and was passed over, a sentence each. */
  readonly remarks: readonly string[];
  /** Entries for images that could not be read, so that one that is missing may be among them. */
  readonly unreadableImages: number;
}

export interface OpenOptions {
  /** Folder of the pictures, where they do not lie beside the annotations. */
  readonly images?: string;
  /** Only objects of these labels are wanted: a format may pass over all others. @default all */
  readonly labels?: readonly string[];
  /** VIA: which attribute of a region is its label. */
  readonly attribute?: string;
  /** Masks of colours: a file that names them. */
  readonly classes?: string;
}

/** One format of annotations: all that the project knows of it lies in its file. */
export interface AnnotationFormat {
  /** Whether the path looks like one, by its name, the beginning of a file, or the names in a folder. */
  recognises(path: PathLook): boolean;
  /** @throws UserError naming the file that cannot be read, and the fix */
  open(path: string, options: OpenOptions): Promise<AnnotationSource>;
}

/** What is looked at to tell formats apart. */
export interface PathLook {
  readonly path: string;
  /** The beginning of a file; empty for a folder. */
  readonly head: string;
  /** The names in a folder; empty for a file. */
  readonly names: ReadonlySet<string>;
}
