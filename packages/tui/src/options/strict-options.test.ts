import { Command, type CommanderError } from 'commander';
import t from 'tap';
import { makeStrict } from './strict-options.ts';

/** What a program with a few options answers. */
async function answer(typed: string): Promise<string> {
  let said = '';
  const writeErr = (text: string) => {
    said += text;
  };
  const program = new Command('program').exitOverride().configureOutput({ writeErr });
  program
    .command('run')
    .requiredOption('--data <DIR>')
    .requiredOption('--run <DIR>')
    .option('--no-replay')
    .option('--size <N>', 'a size', Number, 3)
    .action(({ data, size }) => {
      said = `${data} ${size}`;
    });
  makeStrict(program);
  await program.parseAsync(typed.split(' '), { from: 'user' }).catch((error: CommanderError) => {
    if (error.exitCode !== 1) throw error;
  });
  return said.trim();
}

t.test('an option that is given twice is refused: neither value is dropped without a word', async (t) => {
  t.match(await answer('run --data a --run r --data b'), /^error: option '--data <DIR>' is given twice: give it once$/);
  t.match(await answer('run --data a --run r --size 1 --size=1'), /'--size <N>' is given twice/);
  t.match(await answer('run --data a --run r --no-replay --no-replay'), /given twice/);
  t.equal(await answer('run --data a --run r --size 5 --no-replay'), 'a 5');
  t.equal(await answer('run --data a --run r'), 'a 3');
});

t.test('a mistyped name of a required option is answered with the right one', async (t) => {
  t.match(await answer('run --dta x --run y'), /unknown option '--dta'\n\(Did you mean --data\?\)/);
  t.match(await answer('run --data x --rnu y'), /Did you mean --run\?/);
  t.equal(await answer('run --data x'), "error: required option '--run <DIR>' not specified");
  t.equal(await answer('run'), "error: required options '--data <DIR>' and '--run <DIR>' not specified");
});
