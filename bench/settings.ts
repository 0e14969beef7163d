/** Size of the networks and of what goes through them. */
export interface NetworkSetting {
  readonly height: number;
  readonly width: number;
  readonly ngf: number;
  readonly ndf: number;
  readonly blocks: number;
  /** Instances of each image. */
  readonly instances: number;
  /** Of steps: images with 1 to `instances` instances, every pair of numbers in turn. */
  readonly vary: boolean;
  readonly instancesPerChunk: number;
}

const COMMON = { blocks: 9, instances: 4, vary: false, instancesPerChunk: 2 };

/** The sizes that figures are given for; `paper` is its COCO setting. */
export const SETTINGS = {
  small: { height: 64, width: 64, ngf: 16, ndf: 16, ...COMMON },
  medium: { height: 128, width: 128, ngf: 32, ndf: 32, ...COMMON },
  paper: { height: 200, width: 200, ngf: 64, ndf: 64, ...COMMON },
} as const satisfies Record<string, NetworkSetting>;

export type SettingName = keyof typeof SETTINGS;
