import { defaultText, helpText, INSTAGAN_SETTINGS, listSettings } from '@instagan/core/settings';
import { SEGMENTER_SETTINGS } from '@instagan/segmenter/settings';
import t from 'tap';
import { callCli } from '../helpers/cli-in-process.ts';
import { runCli } from '../helpers/cli-process.ts';

const COMMANDS = [
  ['train'],
  ['monitor'],
  ['translate'],
  ['evaluate'],
  ['segmenter', 'train'],
  ['segmenter', 'predict'],
  ['segmenter', 'evaluate'],
  ['segmenter', 'import'],
  ['video'],
  ['import'],
  ['export'],
  ['backends'],
  ['compare'],
  ['models'],
  ['report'],
  ['segmenter'],
  ['dataset'],
  ['dataset', 'check'],
  ['dataset', 'draw'],
  ['dataset', 'coco'],
  ['dataset', 'convert'],
  ['dataset', 'preview'],
  ['dataset', 'stats'],
];

t.test('every command explains itself; without it a newcomer is lost', async (t) => {
  const results = await Promise.all(COMMANDS.map((command) => callCli([...command, '--help'], '.')));
  for (const [i, { code, stdout, stderr }] of results.entries()) {
    const name = COMMANDS[i]?.join(' ') as string;
    t.equal(code, 0, `${name} --help succeeds`);
    t.equal(stderr, '', `${name} --help prints no error`);
    t.match(stdout, new RegExp(`^Usage: instagan ${name} `), `${name} --help says how it is called`);
    t.match(stdout, /\nExamples?:\n {2}instagan /, `${name} --help shows how it is used`);
  }
  t.match(
    results[0]?.stdout,
    'Usage: instagan train --data <DIR> --run <DIR> [options]\n',
    'and what it cannot go without',
  );
  t.match(results[0]?.stdout, /--checkpoint-every <N>\s+steps between checkpoints \(default: 500\)/);
});

t.test('the command itself lists its commands, an example, and its version', async (t) => {
  const [help, version] = await Promise.all([runCli(['--help'], '.'), runCli(['--version'], '.')]);
  t.equal(help.code, 0);
  for (const name of ['train', 'monitor', 'translate', 'import', 'export', 'backends', 'dataset'])
    t.match(help.stdout, ` ${name} `);
  t.match(help.stdout, 'instagan dataset draw --output');
  t.equal(version.code, 0);
  t.match(version.stdout, /^\d+\.\d+\.\d+\n$/);
});

t.test('the help of a command states the defaults that the configuration has', async (t) => {
  const { parseTrainingConfig } = await import('@instagan/core');
  const config = parseTrainingConfig({}, 'The defaults');
  const { stdout } = await callCli(['train', '--help'], '.');
  const text = stdout.replace(/\s+/g, ' ');
  const expected = {
    '--schedule <C+D>': `${config.epochs.constant}+${config.epochs.decay}`,
    '--model <name>': config.model,
    '--size <HxW>': `${config.size.height}x${config.size.width}`,
    '--ngf <N>': config.ngf,
    '--ndf <N>': config.ndf,
    '--blocks <N>': config.blocks,
    '--batch <N>': config.batch,
    '--max-instances <N>': config.maxInstances,
    '--instances-per-chunk <N>': config.instancesPerChunk,
    '--seed <N>': config.seed,
    '--checkpoint-every <N>': config.checkpointEvery,
    '--keep-checkpoints <N>': config.keepCheckpoints,
    '--sample-every <N>': config.sampleEvery,
    '--log-every <N>': '10 on a GPU, else 1',
  };
  for (const [flags, value] of Object.entries(expected)) {
    const [, described = ''] = text.split(`${flags} `);
    t.equal(/\(default: ([^)]+)\)/.exec(described)?.[1], String(value), flags);
  }
  const [, rates = ''] = text.split('--learning-rate <G[,D]> ');
  const [generator, discriminator] = (/\(default: ([^)]+)\)/.exec(rates)?.[1] ?? '').split(',').map(Number);
  t.same({ generator, discriminator }, config.learningRate, '--learning-rate');
});

t.test('help lists every setting that has a flag, with what it does and its default', async (t) => {
  for (const [command, table] of [
    ['train', INSTAGAN_SETTINGS],
    ['segmenter train', SEGMENTER_SETTINGS],
  ] as const) {
    const { stdout } = await callCli([...command.split(' '), '--help'], '.');
    const text = stdout.replace(/\s+/g, ' ');
    for (const listed of listSettings(table)) {
      const { name, setting } = listed;
      if (setting.flag === 'none') continue;
      const help = setting.kind === 'switch' && setting.default ? `do not ${setting.help}` : helpText(listed);
      t.match(text, ` ${setting.flag} ${help}`, `${command}: ${name}`);
      if (setting.kind === 'switch' || setting.default === null) continue;
      const [, described = ''] = text.split(` ${setting.flag} `);
      t.equal(/\(default: ([^)]+)\)/.exec(described)?.[1], defaultText(setting), `${command}: ${name}`);
    }
  }
});
