import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import t, { type Test } from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';
import { runCli, temporaryFolder } from '../helpers/cli-process.ts';

/** What the user typed, and what the answer must hold. */
type Case = readonly [string, string | RegExp];

async function answers(t: Test, cwd: string, exitCode: number, cases: readonly Case[], cli = callCli): Promise<void> {
  for (const [typed, expected] of cases) {
    const { code, stderr, stdout } = await cli(typed.split(' ').filter(Boolean), cwd);
    t.equal(code, exitCode, `"${typed}" exits with ${exitCode}`);
    t.match(stderr, expected, `"${typed}" is answered with the fix`);
    t.notMatch(stderr + stdout, /\n\s+at .*:\d+:\d+/, `"${typed}" prints no stack trace`);
  }
}

t.test('the exit code and the answer are those of the process', async (t) => {
  const cwd = await temporaryFolder(t);
  await answers(t, cwd, 2, [['trian --data d --run r', 'Did you mean train?']], runCli);
  await answers(t, cwd, 1, [['dataset check nowhere', /^instagan: There is no folder nowhere.*\n$/]], runCli);
});

t.test('wrong usage exits with 2 and says what is right; scripts and people rely on both', async (t) => {
  const cwd = await temporaryFolder(t);
  await writeFile(path.join(cwd, 'bad.json'), '{"ngf": 0, "colour": 1}');
  await writeFile(path.join(cwd, 'list.json'), '[1]');
  await writeFile(path.join(cwd, 'half.json'), '{"ngf": ');
  await writeFile(path.join(cwd, 'later.json'), '{"weights": {"warp": 1}}');
  await writeFile(path.join(cwd, 'fixed.json'), '{"model": "cyclegan", "weights": {"context": 5}}');
  await answers(t, cwd, 2, [
    ['', 'Usage: instagan'],
    ['dataset', 'Usage: instagan dataset'],
    ['train --run r', "required option '--data <DIR>' not specified"],
    ['train --data d --run r --lerning-rate 1', 'Did you mean --learning-rate?'],
    ['train --dta d --run r', 'Did you mean --data?'],
    ['translate --run r --input a --input b --output o', "option '--input <PATH>' is given twice: give it once"],
    ['train --data d --run r extra', 'too many arguments'],
    ['train --data d --run r --\u001b[31m', "unknown option '--\\x1b[31m'"],
    ['train --data --run r', 'Give a path'],
    ['train --data d --run r --steps 1 --epochs 1', 'cannot be used with'],
    ['train --data d --run r --steps 1.5', 'whole number from 1'],
    ['train --data d --run r --size 64', 'such as 128x96'],
    ['train --data d --run r --size 66x64', 'multiples of 4'],
    ['train --data d --run r --consistency -1', 'number of at least 0'],
    [
      'segmenter train --data d --run r --size 48x64',
      /with 5 levels height and width must be multiples of 32, not 48x64/,
    ],
    ['segmenter train --data d --run r --size 36x36 --levels 3', /with 3 levels .* multiples of 8, not 36x36/],
    ['segmenter train --data d --run r --size 16x64', 'from 32 to 4096'],
    ['segmenter import --generator g --run r --size 16x64', 'from 32 to 4096'],
    ['segmenter predict --run r --input i --output o --min-confidence 1.5', 'number from 0 to 1'],
    ['train --data d --run r --backend cuda', 'webgpu, node-gpu, node, wasm, cpu'],
    ['train --data d --run r --ui web', 'auto, tui, plain, json'],
    ['train --data d --run r --schedule 0+0', 'such as 100+100'],
    ['train --data d --run r --config bad.json', /^instagan: bad\.json: ngf: .*"colour"/],
    [
      'train --data d --run r --config later.json',
      /later\.json: weights: there is no setting "warp"; there are cycle, /,
    ],
    [
      'train --data d --run r --config fixed.json',
      'fixed.json: weights.context 5 is fixed at 0 by the model cyclegan: leave it out, or choose another model.',
    ],
    [
      'train --data d --run r --model cyclegan-seg --max-instances 4 --object-discriminator 1 --dry-run',
      'The options: maxInstances 4 is fixed at 1 by the model cyclegan-seg; weights.objectDiscriminator 1 is fixed at 0 by',
    ],
    [
      'compare --data d --plan ladder --output d/trainA',
      'd/trainA/pictures-AtoB.png would be taken for a part of the dataset',
    ],
    ['train --data d --run r --config list.json', 'list.json must hold one JSON object'],
    ['train --data d --run r --config half.json', 'half.json is not JSON'],
    ['translate --run r --input i --output o --instances 3-1', 'such as 0,2-4'],
    ['translate --run r --input i --output o --sheet s.gif', 'ends in .png'],
    ['dataset draw --output o --size 8x8', 'from 32 to 4096'],
    ['backends --adaptor 1', "unknown option '--adaptor'"],
  ]);
});

t.test('what fails exits with 1 and one sentence that names the file', async (t) => {
  const cwd = await temporaryFolder(t);
  await writeFile(path.join(cwd, 'text.pth'), 'no weights');
  await answers(t, cwd, 1, [
    ['train --data nowhere --run r --backend cpu', /^instagan: There is no folder nowhere: .*trainA.*\n$/],
    [
      'train --data nowhere --run r --resume',
      /^instagan: There is no run r to resume: leave out --resume to start it.*\n$/,
    ],
    [
      'train --data d --run r --config nowhere.json',
      /^instagan: There is no file or folder nowhere\.json: check the path\.\n$/,
    ],
    ['segmenter train --data nowhere --run r --size 36x36 --levels 2 --backend cpu', 'There is no folder nowhere'],
    ['segmenter predict --run nowhere --input . --output o --min-confidence 0 --min-area 0', 'holds no image'],
    [
      'translate --run nowhere --input i --output o',
      /^instagan: There is no run nowhere: .* `instagan models` lists\.\n$/,
    ],
    ['import --generator-a text.pth --generator-b text.pth --run r', /^instagan: text\.pth is not a file that torch/],
    [
      'import --generator-a nowhere.pth --generator-b text.pth --run r',
      /^instagan: There is no file or folder nowhere\.pth: check the path\.\n$/,
    ],
  ]);
});

t.test('--debug shows where an error came from', async (t) => {
  const cwd = await temporaryFolder(t);
  const { code, stderr } = await runCli(['dataset', 'check', 'nowhere', '--debug'], cwd);
  t.equal(code, 1);
  t.match(stderr, /^instagan: There is no folder nowhere/);
  t.match(stderr, /\n\s+at .*:\d+:\d+/);
});
