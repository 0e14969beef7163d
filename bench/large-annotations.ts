// What opening COCO annotations as large as instances_train2017.json takes, in a process of its own: processor time and peak memory.
// The file is made up: as many images and objects, outlines of as many points, about 450 MB.
//
//   npx tsx bench/large-annotations.ts [--file FILE] [--share 0..1] [--json]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { createRng } from '@instagan/core/data';
import { openAnnotations } from '@instagan/datasets';

const IMAGES = 118_287;
const OBJECTS = 860_001;
const CATEGORIES = 80;
const [WIDTH, HEIGHT] = [640, 480];

const { values } = parseArgs({
  options: {
    /** Kept if given, and read if it is there. */
    file: { type: 'string' },
    /** Of the size of COCO's file. */
    share: { type: 'string', default: '1' },
    json: { type: 'boolean' },
    /** Opens the file in this process and prints what it took. */
    open: { type: 'string' },
  },
});
if (values.open !== undefined) await measure(values.open);
else {
  const folder = await mkdtemp(path.join(tmpdir(), 'instagan-bench-'));
  try {
    const file = values.file ?? path.join(folder, 'instances.json');
    if ((await stat(file).catch(() => null)) === null) await write(file, Number(values.share));
    const script = fileURLToPath(import.meta.url);
    const flags = ['--import', 'tsx', script, '--open', file, ...(values.json ? ['--json'] : [])];
    const child = spawn(process.execPath, flags, { stdio: 'inherit' });
    const [code] = (await once(child, 'exit')) as [number | null];
    process.exitCode = code ?? 1;
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function measure(file: string): Promise<void> {
  const beganMs = performance.now();
  const { images, labels } = await openAnnotations(file, { format: 'coco' });
  const { userCPUTime, maxRSS } = process.resourceUsage();
  const found = {
    fileBytes: (await stat(file)).size,
    images: images.length,
    labels: labels?.length ?? 0,
    userSeconds: userCPUTime / 1e6,
    seconds: (performance.now() - beganMs) / 1000,
    peakBytes: maxRSS * 1024,
  };
  if (values.json) console.log(JSON.stringify(found));
  else {
    const mb = (bytes: number) => `${Math.round(bytes / 1e6)} MB`;
    console.log(
      `${mb(found.fileBytes)}, ${found.images} images: ${found.userSeconds.toFixed(1)} s of processor time, ` +
        `${found.seconds.toFixed(1)} s in all, ${mb(found.peakBytes)} of memory at most`,
    );
  }
}

async function write(file: string, share: number): Promise<void> {
  const rng = createRng(0, 'annotations');
  const [images, objects] = [Math.ceil(IMAGES * share), Math.ceil(OBJECTS * share)];
  const output = createWriteStream(file);
  const put = async (text: string) => {
    if (!output.write(text)) await once(output, 'drain');
  };
  await put('{"info": {"description": "made up", "year": 2017}, "licenses": [], "images": [');
  for (let id = 0; id < images; id++) {
    const file_name = `${String(id).padStart(12, '0')}.jpg`;
    const image = { license: 3, file_name, coco_url: `http://images.example/train2017/${file_name}` };
    const rest = { height: HEIGHT, width: WIDTH, date_captured: '2013-11-14 11:18:45', id };
    await put(`${id === 0 ? '' : ', '}${JSON.stringify({ ...image, ...rest })}`);
  }
  await put('], "annotations": [');
  for (let id = 0; id < objects; id++) {
    const points = 6 + Math.floor(-18 * Math.log(1 - rng.uniform()));
    const outline = Array.from(
      { length: points },
      () => `${(rng.uniform() * WIDTH).toFixed(2)}, ${(rng.uniform() * HEIGHT).toFixed(2)}`,
    );
    const ids = `"image_id": ${rng.integer(images)}, "category_id": ${1 + rng.integer(CATEGORIES)}, "id": ${id}`;
    const box = `"bbox": [1.0, 2.0, 30.5, 40.2], "area": ${(rng.uniform() * 50_000).toFixed(4)}`;
    await put(`${id === 0 ? '' : ', '}{"segmentation": [[${outline.join(', ')}]], ${box}, "iscrowd": 0, ${ids}}`);
  }
  const categories = Array.from({ length: CATEGORIES }, (_, i) => ({ id: i + 1, name: `label ${i + 1}` }));
  await put(`], "categories": ${JSON.stringify(categories)}}`);
  output.end();
  await once(output, 'finish');
}
