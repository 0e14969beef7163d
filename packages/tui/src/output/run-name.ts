import { shippedModelOf } from '@instagan/models';

/** What a run is called: its folder as it was given, or the name of a shipped model. */
export function runName(folder: string): string {
  return shippedModelOf(folder)?.name ?? folder;
}
