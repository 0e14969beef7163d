/** What can be wrong with a dataset. */
export type FaultCode =
  | 'missing-folder'
  | 'no-images'
  | 'no-masks'
  | 'no-objects'
  | 'other-file'
  | 'duplicate-name'
  | 'duplicate-mask'
  | 'image-without-mask'
  | 'mask-without-image'
  | 'mask-name'
  | 'mask-numbering'
  | 'too-many-instances'
  | 'unreadable'
  | 'image-tiny'
  | 'image-converted'
  | 'mask-aspect'
  | 'mask-size'
  | 'mask-colour'
  | 'mask-faint'
  | 'mask-grey'
  | 'mask-empty'
  | 'mask-full'
  | 'mask-identical'
  | 'mask-overlap';

export interface DatasetFault {
  /** `error`: training refuses the set. `warning`: training goes on, leaving out or converting what the message says. */
  readonly severity: 'error' | 'warning';
  readonly code: FaultCode;
  /** Relative to the dataset's folder, with forward slashes. */
  readonly file: string;
  /** What is wrong and the fix, one sentence. */
  readonly message: string;
}
