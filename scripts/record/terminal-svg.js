// Terminal screens as one SVG that plays them one after the other.
import sharp from 'sharp';

const CELL_WIDTH = 8;
const CELL_HEIGHT = 16;
const MARGIN = 12;
const INK = '#d4d7dd';
const PAPER = '#14161b';
/** Dots of a braille character, by bit: column and row. */
const DOTS = [
  [0, 0],
  [0, 1],
  [0, 2],
  [1, 0],
  [1, 1],
  [1, 2],
  [0, 3],
  [1, 3],
];

/**
 * @param {{ cells: import('../../test/helpers/terminal-emulator.ts').ScreenCell[][], seconds: number }[]} frames
 * @param {string} title what it shows, for those who do not see it
 * @returns {Promise<string>} the SVG; where nothing moves, the first frame is shown
 */
export async function terminalSvg(frames, title) {
  const [{ cells }] = frames;
  const width = cells[0].length * CELL_WIDTH + 2 * MARGIN;
  const height = cells.length * CELL_HEIGHT + 2 * MARGIN;
  const total = frames.reduce((sum, { seconds }) => sum + seconds, 0);
  const groups = [];
  const styles = [];
  let begin = 0;
  for (const [i, frame] of frames.entries()) {
    const percent = (seconds) => `${((100 * seconds) / total).toFixed(3)}%`;
    const end = begin + frame.seconds;
    const hidden = i === 0 ? '' : `0%{visibility:hidden}`;
    const after = i === frames.length - 1 ? '' : `${percent(end)}{visibility:hidden}`;
    const last = i === frames.length - 1 ? '' : '100%{visibility:hidden}';
    styles.push(`@keyframes f${i}{${hidden}${percent(begin)}{visibility:visible}${after}${last}}`);
    styles.push(`#f${i}{visibility:${i === 0 ? 'visible' : 'hidden'};animation:f${i} ${total}s step-end infinite}`);
    groups.push(`<g id="f${i}">${await frameOf(frame.cells)}</g>`);
    begin = end;
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">
<title id="title">${escaped(title)}</title>
<style>text{font:13px ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}image{image-rendering:pixelated}.b{font-weight:bold}.d{opacity:.6}.c{fill:none;stroke-width:2.6;stroke-linecap:round}${styles.join('')}</style>
<rect width="100%" height="100%" rx="8" fill="${PAPER}"/>
<g transform="translate(${MARGIN} ${MARGIN})">
${groups.join('\n')}
</g>
</svg>
`;
}

async function frameOf(cells) {
  return [backgroundsOf(cells), await picturesOf(cells), curvesOf(cells), textOf(cells)].join('');
}

const colour = (value, own) => (value === null ? own : `#${value.toString(16).padStart(6, '0')}`);
const inkOf = ({ foreground, isInverse }) => (isInverse ? PAPER : colour(foreground, INK));
const isPicture = ({ text, background }) => text === '▀' && background !== null;
const isBraille = ({ text }) => text >= '\u2801' && text <= '\u28ff';

function backgroundsOf(cells) {
  return runsOf(cells, (cell) => (cell.isInverse ? INK : null))
    .map(({ key, row, column, length }) => {
      const [x, y] = [column * CELL_WIDTH, row * CELL_HEIGHT];
      return `<rect x="${x}" y="${y}" width="${length * CELL_WIDTH}" height="${CELL_HEIGHT}" fill="${key}"/>`;
    })
    .join('');
}

/** Half blocks, two pixels each, as one picture with holes. */
async function picturesOf(cells) {
  if (!cells.flat().some(isPicture)) return '';
  const [columns, rows] = [cells[0].length, cells.length];
  const data = Buffer.alloc(columns * rows * 2 * 4);
  for (const [row, line] of cells.entries()) {
    for (const [column, cell] of line.entries()) {
      if (!isPicture(cell)) continue;
      for (const [half, value] of [cell.foreground, cell.background].entries()) {
        data.writeUInt32BE(((value << 8) | 255) >>> 0, ((row * 2 + half) * columns + column) * 4);
      }
    }
  }
  const png = await sharp(data, { raw: { width: columns, height: rows * 2, channels: 4 } })
    .png({ compressionLevel: 9 })
    .toBuffer();
  const [width, height] = [columns * CELL_WIDTH, rows * CELL_HEIGHT];
  return `<image width="${width}" height="${height}" preserveAspectRatio="none" href="data:image/png;base64,${png.toString('base64')}"/>`;
}

/** Braille as dots of its own: fonts differ in its width. */
function curvesOf(cells) {
  const paths = new Map();
  for (const [row, line] of cells.entries()) {
    for (const [column, cell] of line.entries()) {
      if (!isBraille(cell)) continue;
      const key = `stroke="${inkOf(cell)}" class="c${cell.isDim ? ' d' : ''}"`;
      const bits = cell.text.charCodeAt(0) - 0x2800;
      for (const [bit, [dotColumn, dotRow]] of DOTS.entries()) {
        if ((bits & (1 << bit)) === 0) continue;
        const x = column * CELL_WIDTH + dotColumn * 4 + 2;
        const y = row * CELL_HEIGHT + dotRow * 4 + 2;
        // A line of no length with round ends is a dot.
        paths.set(key, `${paths.get(key) ?? ''}M${x} ${y}h0`);
      }
    }
  }
  return [...paths].map(([key, path]) => `<path ${key} d="${path}"/>`).join('');
}

function textOf(cells) {
  const key = (cell) =>
    isPicture(cell) || isBraille(cell) ? null : `${inkOf(cell)} ${cell.isBold ? 'b' : ''}${cell.isDim ? 'd' : ''}`;
  return runsOf(cells, key)
    .map(({ key, row, column, length }) => {
      const text = cells[row]
        .slice(column, column + length)
        .map((cell) => cell.text)
        .join('');
      const trimmed = text.trimEnd();
      if (trimmed === '') return '';
      const [fill, style] = key.split(' ');
      const lead = trimmed.length - trimmed.trimStart().length;
      const [x, y] = [(column + lead) * CELL_WIDTH, row * CELL_HEIGHT + 12];
      const shown = trimmed.trimStart();
      const classes = style === '' ? '' : ` class="${[...style].join(' ')}"`;
      const size = `textLength="${shown.length * CELL_WIDTH}" lengthAdjust="spacingAndGlyphs"`;
      return `<text xml:space="preserve" x="${x}" y="${y}" fill="${fill}"${classes} ${size}>${escaped(shown)}</text>`;
    })
    .join('');
}

/** Neighbours in a row with the same key; those whose key is null are left out. */
function runsOf(cells, keyOf) {
  const runs = [];
  for (const [row, line] of cells.entries()) {
    let run = null;
    for (const [column, cell] of line.entries()) {
      const key = keyOf(cell);
      if (run !== null && run.key === key) run.length++;
      else if (key === null) run = null;
      else {
        run = { key, row, column, length: 1 };
        runs.push(run);
      }
    }
  }
  return runs;
}

function escaped(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
