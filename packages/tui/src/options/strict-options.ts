import type { Command, Option } from 'commander';

/**
 * Makes a command and those below it refuse an option that is given twice, of which commander takes the last without a word, and
 * look for required options after all others: whoever types `--dta` is asked whether they mean `--data`. The first line of the
 * help names required options, and one error names all that are missing.
 */
export function makeStrict(program: Command): void {
  const required = new Map<Command, Option[]>();
  for (const command of withSubcommands(program)) {
    for (const option of command.options) {
      if (!option.variadic) refuseRepeats(command, option);
      if (!option.mandatory) continue;
      option.mandatory = false;
      required.set(command, [...(required.get(command) ?? []), option]);
    }
  }
  for (const [command, options] of required) {
    command.usage([...options.map(({ flags }) => flags), command.usage()].join(' '));
  }
  program.hook('preAction', (_, command) => {
    const missing = (required.get(command) ?? [])
      .filter((option) => command.getOptionValue(option.attributeName()) === undefined)
      .map(({ flags }) => `'${flags}'`);
    if (missing.length > 0) {
      fail(command, `required option${missing.length === 1 ? '' : 's'} ${missing.join(' and ')} not specified`);
    }
  });
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

function refuseRepeats(command: Command, option: Option): void {
  let isGiven = false;
  command.on(`option:${option.name()}`, () => {
    if (isGiven) fail(command, `option '${option.flags}' is given twice: give it once`);
    isGiven = true;
  });
}

function fail(command: Command, message: string): never {
  command.error(`error: ${message}`);
}
