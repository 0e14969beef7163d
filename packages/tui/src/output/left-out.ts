import { type LeftOut, READ_FORMATS } from '@instagan/datasets';

/** So many names are written out. */
const MAX_NAMES = 8;

/**
 * What is not used of the inputs, as remarks: one of the images' folder, one of the masks'.
 *
 * @param input the folder of images
 * @param masksFolder that of their masks
 */
export function leftOutRemarks({ others, masks }: LeftOut, input: string, masksFolder: string | null): string[] {
  const remarks: string[] = [];
  if (others.length > 0) {
    remarks.push(`Left out of ${input}, as they are no ${READ_FORMATS} files: ${named(others)}.`);
  }
  if (masks.length > 0) {
    remarks.push(
      `Left out of ${masksFolder}, as they belong to no image (a mask of NAME.jpg is NAME_0.png): ${named(masks)}.`,
    );
  }
  return remarks;
}

function named(names: readonly string[]): string {
  const more = names.length - MAX_NAMES;
  return `${names.slice(0, MAX_NAMES).join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}
