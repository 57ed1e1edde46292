import { type Command, Option } from 'commander';
import { armList, leakList, positiveNumber, strategyOption, wholeNumber } from '../options.ts';
import { type MatrixFlags, matrix } from './matrix.ts';

export function addMatrixCommand(program: Command): void {
  program
    .command('matrix')
    .description('play every leak against every credential model, live, and tabulate what got through')
    .addOption(new Option('--arms <a,b>', 'which credential models (default: all)').argParser(armList))
    .addOption(new Option('--leaks <l,m>', 'which leaks (default: all)').argParser(leakList))
    .addOption(
      new Option('--seeds <n>', 'how often each combination is played')
        .argParser(wholeNumber(1, 100))
        .default(3),
    )
    .addOption(
      new Option(
        '--out <dir>',
        'where trials and tables go; a matrix that was stopped there goes on (default: runs/<scenario>)',
      ),
    )
    .addOption(
      new Option(
        '--at-once <n>',
        'worlds that live at the same time (default: one for each core, and one more)',
      ).argParser(wholeNumber(1, 64)),
    )
    .addOption(
      new Option('--agents <n>', 'how many agents live in each world').argParser(wholeNumber(7, 5000)),
    )
    .addOption(
      new Option('--time-scale <k>', 'incident seconds in one real second').argParser(
        positiveNumber(1, 2000),
      ),
    )
    .addOption(strategyOption())
    .addOption(new Option('--scenario <s>', 'the incident that is played').default('credential-matrix'))
    .addOption(
      new Option(
        '--jobs <url>',
        'a redis:// or postgres:// URL for the trials’ jobs (default: one of its own)',
      ),
    )
    .option(
      '--plan',
      'say what would be played, what is left out and why, and how long it takes; play nothing',
    )
    .action((flags: MatrixFlags) => matrix(flags));
}
