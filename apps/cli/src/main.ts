import { resolve } from 'node:path';
import { DomainError } from '@blastradius/kernel';
import { renderReportTable } from '@blastradius/scenario';
import { Command, CommanderError, Option } from 'commander';
import { armList, positiveNumber, seedText, wholeNumber } from './options.ts';
import { Interrupted, type RunFlags, run } from './run.ts';
import { writeReport } from './write-report.ts';

const USAGE_ERROR = 2;
const INTERRUPTED = 130;

function runOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--agents <n>', 'how many agents live in each world').argParser(wholeNumber(7, 5000)),
    )
    .addOption(
      new Option('--seed <s>', 'the same seed gives the same population and actions').argParser(seedText),
    )
    .addOption(new Option('--arms <a,b>', 'which credential models to run').argParser(armList))
    .addOption(new Option('--out <dir>', 'a new folder for report and ledgers (default: runs/...)'))
    .addOption(
      new Option('--time-scale <k>', 'incident seconds in one real second').argParser(
        positiveNumber(1, 2000),
      ),
    )
    .addOption(
      new Option('--target <where>', 'processes of this machine, or the containers of docker-compose.yml')
        .choices(['embedded', 'compose'])
        .default('embedded'),
    )
    .addOption(new Option('--sequential', 'one arm after the other, not both at once'));
}

const program = new Command('blastradius')
  .description(
    'What a leaked credential of an AI agent is worth: the same leak, the same thief, measured for each credential model.',
  )
  .exitOverride()
  .showHelpAfterError('(--help shows what there is)');

runOptions(
  program
    .command('demo')
    .description('replay the Moltbook key leak against static keys and against X.509 identities'),
).action((flags: RunFlags) => run('moltbook-key-leak', flags));
runOptions(
  program
    .command('run')
    .argument('<scenario>', 'a name below scenarios/, or a scenario file')
    .description('run a scenario'),
).action((scenario: string, flags: RunFlags) => run(scenario, flags));
program
  .command('report')
  .argument('<dir>', 'the folder of a run')
  .description('compute the report again, from the ledgers alone')
  .action((folder: string) => {
    process.stdout.write(`${renderReportTable(writeReport(resolve(folder)))}\n`);
  });

try {
  await program.parseAsync();
} catch (error) {
  process.exitCode = exitCodeOf(error);
}
// A timer or socket that somebody forgot must not keep a finished run alive.
process.exit();

function exitCodeOf(error: unknown): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR;
  if (error instanceof Interrupted) {
    process.stderr.write(`blastradius: ${error.message}\n`);
    return INTERRUPTED;
  }
  if (error instanceof DomainError) {
    process.stderr.write(`blastradius: ${error.message}\n`);
    return error.category === 'invalid' || error.category === 'not-found' ? USAGE_ERROR : 1;
  }
  process.stderr.write(
    `blastradius: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  if (error instanceof Error && error.cause) process.stderr.write(`  caused by: ${String(error.cause)}\n`);
  return 1;
}
