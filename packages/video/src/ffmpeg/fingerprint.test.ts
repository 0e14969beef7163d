import { copyFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import t from 'tap';
import { fingerprintOf, fingerprintOfPictures } from './fingerprint.ts';

t.test(
  'copies have the fingerprint of the file, and what differs at its ends, inside or in length has another',
  async (t) => {
    const at = (name: string) => join(t.testdirName, name);
    t.testdir({});
    for (const length of [0, 1, 70_000, 3_000_000]) {
      const bytes = Buffer.alloc(length, 'video');
      await writeFile(at('a'), bytes);
      await copyFile(at('a'), at('b'));
      const own = await fingerprintOf(at('a'));
      t.equal(await fingerprintOf(at('b')), own);
      await writeFile(at('b'), Buffer.concat([bytes, Buffer.of(0)]));
      t.not(await fingerprintOf(at('b')), own, `one byte more than ${length}`);
      for (const position of [0, length - 1, Math.floor(length / 15 / 2)]) {
        if (position < 0 || position >= length) continue;
        const changed = Buffer.from(bytes);
        changed[position] = 0;
        await writeFile(at('b'), changed);
        if (length <= 1e6 || position === 0 || position === length - 1)
          t.not(await fingerprintOf(at('b')), own, `${position} of ${length}`);
      }
    }
    await writeFile(at('c'), 'other');
    t.not(await fingerprintOfPictures([at('a'), at('c')]), await fingerprintOfPictures([at('c'), at('a')]));
    t.equal(await fingerprintOfPictures([at('c'), at('c')]), await fingerprintOfPictures([at('c'), at('c')]));
  },
);
