import t from 'tap';
import { CURVE_ROLES, type Rgb, Theme } from './theme.ts';

/** What each kind of vision makes of linear RGB (Machado, Oliveira and Fernandes 2009, at full severity). */
const VISIONS: Readonly<Record<string, readonly Rgb[]>> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

const dot = (a: Rgb, b: Rgb) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const linear = (colour: Rgb) =>
  colour.map((value) =>
    value / 255 <= 0.04045 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4,
  ) as never;
const luminance = (colour: Rgb) => dot(linear(colour), [0.2126, 0.7152, 0.0722]);

/** CIELAB of linear RGB, under D65. */
function lab(rgb: Rgb): Rgb {
  const clipped = rgb.map((value) => Math.min(1, Math.max(0, value))) as never;
  const f = (value: number) => (value > 0.008856 ? Math.cbrt(value) : 7.787 * value + 16 / 116);
  const x = f(dot(clipped, [0.4124, 0.3576, 0.1805]) / 0.95047);
  const y = f(dot(clipped, [0.2126, 0.7152, 0.0722]));
  const z = f(dot(clipped, [0.0193, 0.1192, 0.9505]) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

t.test('curves are told apart with any colour blindness, and stand out from the background', async (t) => {
  for (const isLight of [false, true]) {
    const theme = new Theme(24, isLight);
    const colours = CURVE_ROLES.map((role) => theme.curveColour(role));
    for (const [vision, matrix] of Object.entries(VISIONS)) {
      const seen = colours.map((colour) => lab(matrix.map((row) => dot(row, linear(colour))) as never));
      const distances = seen.flatMap((a, i) =>
        seen.slice(i + 1).map((b) => Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2])),
      );
      t.ok(Math.min(...distances) > 15, `${vision}: ${Math.min(...distances).toFixed(1)} apart`);
    }
    for (const colour of colours) {
      const [high, low] = isLight ? [1, luminance(colour)] : [luminance(colour), 0.008];
      t.ok((high + 0.05) / (low + 0.05) > 3, `contrast of ${colour}`);
    }
  }
});
