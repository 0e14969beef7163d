import { join } from 'node:path';
import t from 'tap';
import { openMediaInput } from '../ffmpeg/media-input.ts';
import { probeMedia } from '../ffmpeg/probe-media.ts';
import { ffmpeg, makeClip, temporaryFolder } from '../test-support/media.ts';
import { conversionRemarks, type FrameSelection } from './decode-filters.ts';
import { decodeVideo } from './decode-video.ts';

const folder = await temporaryFolder(t);
const at = (name: string) => join(folder, name);

/** The first frame of a file, and what is said of it. */
async function firstFrame(file: string, selection: FrameSelection = {}) {
  const input = await openMediaInput(file);
  const info = await probeMedia(ffmpeg, input);
  const { frames, format } = await decodeVideo(ffmpeg, input, info, selection);
  let data = new Uint8Array();
  for await (const frame of frames) if (frame.index === 0) data = Uint8Array.from(frame.data);
  return { data, format, video: info.video, remarks: conversionRemarks(info.video, selection) };
}

const near = (data: Uint8Array, colour: readonly number[], tolerance: number) =>
  colour.every((value, c) => Math.abs((data[c] as number) - value) <= tolerance);

/** Newer versions of ffmpeg tag what they convert. */
const UNTAGGED = 'setparams=colorspace=unknown:color_primaries=unknown:color_trc=unknown';
const RED = [200, 40, 40];
const red = (size: string) => ['-f', 'lavfi', '-i', `color=0xC82828:s=${size}:d=0.2:r=10`];

t.test('colours are read as players read them where the file does not tell how', async (t) => {
  const hd = (size: string) => [
    ...red(size),
    '-vf',
    `format=gbrp,scale=out_color_matrix=bt709,format=yuv420p,${UNTAGGED}`,
    '-pix_fmt',
    'yuv420p',
  ];
  const tagged = ['-x264-params', 'colorprim=bt709:transfer=bt709'];
  const primariesAlone = await firstFrame(
    await makeClip(at('primaries.mp4'), ...hd('1280x720'), '-crf', '1', ...tagged),
  );
  t.ok(near(primariesAlone.data, RED, 3), `${primariesAlone.data.subarray(0, 3)}`);
  t.match(primariesAlone.remarks, [/read as BT\.709, as its primaries are\.$/]);
  const scope = await firstFrame(await makeClip(at('scope.mp4'), ...hd('1280x536'), '-crf', '1'));
  t.ok(near(scope.data, RED, 3), `${scope.data.subarray(0, 3)}`);
  t.match(scope.remarks, [/does not say how its colours are coded: it is read as BT\.709, by its size\.$/]);
});

const x265 = (params: string) => ['-c:v', 'libx265', '-x265-params', `log-level=none:${params}`];

t.test('a wide gamut is converted and not merely called another', async (t) => {
  const coded = ['-vf', 'format=gbrp,scale=out_color_matrix=bt2020,format=yuv420p10le'];
  const tags = 'colorprim=bt2020:transfer=bt709:colormatrix=bt2020nc:crf=1';
  const wide = await firstFrame(await makeClip(at('wide.mp4'), ...red('64x64'), ...coded, ...x265(tags)));
  // By the matrices of ITU-R BT.2087: the red lies just outside of BT.709.
  t.ok(near(wide.data, [254, 0, 31], 3), `${wide.data.subarray(0, 3)}`);
  t.match(wide.remarks, [/converted from BT\.2020 to BT\.709/, /10 bits/]);
});

t.test('HDR that is tagged by its curve alone is tone-mapped like HDR that is tagged whole', async (t) => {
  const source = ['-f', 'lavfi', '-i', 'testsrc=s=64x48:d=0.1:r=10', '-pix_fmt', 'yuv420p10le'];
  const whole = 'colorprim=bt2020:transfer=smpte2084:colormatrix=bt2020nc';
  const known = await firstFrame(await makeClip(at('pq.mp4'), ...source, ...x265(whole)));
  const curve = await firstFrame(await makeClip(at('curve.mp4'), ...source, ...x265('transfer=smpte2084')));
  t.same(curve.data, known.data);
  t.match(known.remarks, [/HDR \(PQ, 10 bits\)/]);
  t.match(curve.remarks, [/read as BT\.2020, for its curve is that of HDR/, /HDR \(PQ, 10 bits\)/]);
});

t.test('interlaced video is told, and its combs go with --deinterlace', async (t) => {
  // A white bar that moves by 16 pixels from field to field.
  const bar = 'color=black:s=64x64:r=50:d=0.4,format=gray,geq=lum=255*between(X\\,16*mod(N\\,2)\\,16*mod(N\\,2)+15)';
  const fields = ['-vf', 'interlace=lowpass=off:scan=tff,format=yuv420p', '-x264-params', 'tff=1', '-crf', '1'];
  const file = await makeClip(at('fields.mp4'), '-f', 'lavfi', '-i', bar, ...fields, '-flags', '+ildct+ilme');
  /** Mean difference of neighbouring rows. */
  const combs = ({ data }: { data: Uint8Array }) =>
    data.reduce((sum, value, i) => sum + Math.abs(value - (data[i + 64 * 3] ?? value)), 0) / data.length;
  const combed = await firstFrame(file);
  t.ok(combed.video.isInterlaced);
  t.match(combed.remarks[0], /is interlaced, .*: add --deinterlace to remove them\.$/);
  const clean = await firstFrame(file, { deinterlaces: true });
  t.notOk(clean.remarks.some((remark) => /interlaced/.test(remark)));
  t.ok(combs(clean) < combs(combed) / 4, `${combs(clean)} of ${combs(combed)}`);
  t.notOk((await firstFrame(at('scope.mp4'))).video.isInterlaced);
});
