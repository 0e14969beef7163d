import t from 'tap';
import { kindOfBytes } from './kind-of-file.ts';

t.test('a file that is something else than its name says is called by what it is', async (t) => {
  const kinds: Readonly<Record<string, string | null>> = {
    '\x89PNG\r\n\x1a\n\0\0\0\rIHDR': 'a PNG image',
    '\xff\xd8\xff\xe0': 'a JPEG image',
    'RIFF\x10\0\0\0WEBPVP8 ': 'a WebP image',
    '\0\0\0\x20ftypavif': 'an AVIF image',
    '\0\0\0\x20ftypheic': 'a HEIC image',
    '\0\0\0\x20ftypisom': 'a video',
    '%PDF-1.7\n': 'a PDF document',
    '\ufeff<?xml version="1.0"?>\n<!-- a -->\n<svg xmlns="http://www.w3.org/2000/svg">': 'an SVG drawing',
    '<?xml version="1.0"?><note/>': 'an XML document',
    '<!DOCTYPE html><html><svg >': 'an SVG drawing',
    '<!DOCTYPE html><html><p>not found': 'an HTML page',
    'P6 2 2 255 ': 'a portable anymap',
    'version https://git-lfs.github.com/spec/v1\n': 'a pointer of Git LFS, whose file was not fetched',
    '': 'empty',
    'this is no image': null,
    '\0\0\0\0': null,
  };
  for (const [head, kind] of Object.entries(kinds))
    t.equal(kindOfBytes(Buffer.from(head, 'latin1')), kind, kind ?? head);
});
