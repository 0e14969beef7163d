/** How the colours of a track are coded; names are those of ffmpeg. */
export interface Colours {
  /** From RGB to YUV, such as `bt709`; null for pictures in RGB or grey. */
  readonly matrix: string | null;
  /** Which colours red, green and blue are, such as `bt2020`. */
  readonly primaries: string;
  /** The curve from light to levels, such as `bt709`. */
  readonly transfer: string;
  /** What the file does not tell and was assumed, as the end of a sentence; null if it tells all. */
  readonly assumption: string | null;
}

interface Track {
  readonly pixelFormat: string;
  readonly width: number;
  readonly height: number;
}

const CURVES_OF_HDR = ['smpte2084', 'arib-std-b67'];
/** Of a file that tells its primaries alone. */
const MATRIX_OF_PRIMARIES: Readonly<Record<string, string>> = {
  bt709: 'bt709',
  bt2020: 'bt2020nc',
  smpte170m: 'smpte170m',
  bt470bg: 'bt470bg',
  bt470m: 'smpte170m',
  smpte431: 'bt709',
  smpte432: 'bt709',
};

/**
 * Reads what ffmpeg prints in brackets after a pixel format, such as `tv, bt709`, `tv, unknown/bt709/bt709, progressive` or
 * nothing. What a file does not tell is chosen as players do: BT.2020 for the curve of HDR, the matrix that belongs to the
 * primaries, and else BT.709 for pictures at least 1280 wide or more than 576 high, BT.601 for smaller ones.
 */
export function coloursOf(printed: string, track: Track): Colours {
  const [matrix = 'unknown', primaries = 'unknown', transfer = 'unknown'] = tagsOf(printed);
  const isYuv = /^(yuv|nv|p0|y2|v2|uyvy)/.test(track.pixelFormat);
  if (CURVES_OF_HDR.includes(transfer)) {
    const isWhole = matrix !== 'unknown' && primaries !== 'unknown';
    return {
      matrix: matrix === 'unknown' ? 'bt2020nc' : matrix,
      primaries: primaries === 'unknown' ? 'bt2020' : primaries,
      transfer,
      assumption: isWhole ? null : 'read as BT.2020, for its curve is that of HDR',
    };
  }
  const told = { primaries: known(primaries, 'bt709'), transfer: known(transfer, 'bt709') };
  if (!isYuv) return { matrix: null, ...told, assumption: null };
  if (matrix !== 'unknown') return { matrix, ...told, assumption: null };
  const byPrimaries = MATRIX_OF_PRIMARIES[primaries];
  if (byPrimaries !== undefined) {
    return { matrix: byPrimaries, ...told, assumption: `read as ${nameOf(byPrimaries)}, as its primaries are` };
  }
  const bySize = track.width >= 1280 || track.height > 576 ? 'bt709' : 'smpte170m';
  return { matrix: bySize, ...told, assumption: `read as ${nameOf(bySize)}, by its size` };
}

/** Matrix, primaries and curve, in this order. */
function tagsOf(printed: string): string[] {
  for (const part of printed.split(', ')) {
    if (part.includes('/')) return part.split('/');
    // One name stands for all three.
    if (/^(bt\d|smpte\d|fcc|film|gbr)/.test(part)) return [part, part, part];
  }
  return [];
}

function known(name: string, otherwise: string): string {
  return name === 'unknown' || name === 'reserved' ? otherwise : name;
}

function nameOf(matrix: string): string {
  if (matrix === 'smpte170m' || matrix === 'bt470bg') return 'BT.601';
  return matrix === 'bt2020nc' ? 'BT.2020' : 'BT.709';
}
