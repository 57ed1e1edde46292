import { join, resolve } from 'node:path';
import { leak } from '@blastradius/contracts';
import { DomainError } from '@blastradius/kernel';
import { LOAD_LIMITS } from '@blastradius/load';
import { renderReportTable } from '@blastradius/scenario';
import { Command, CommanderError, Option } from 'commander';
import { addAuditCommands } from './audit/audit-commands.ts';
import { addAuthorityCommands } from './authority/authority-commands.ts';
import { addFederationCommands } from './federation/federation-commands.ts';
import { addIdentityCommands } from './identity/identity-commands.ts';
import { type LoadFlags, load } from './load.ts';
import { addMatrixCommand } from './matrix/matrix-command.ts';
import { MatrixFolder } from './matrix/matrix-folder.ts';
import { writeMatrixReport } from './matrix/write-matrix-report.ts';
import { armList, positiveNumber, seedText, strategyOption, wholeNumber } from './options.ts';
import { addPolicyCommands } from './policy/policy-commands.ts';
import { type RunFlags, run } from './run.ts';
import { Interrupted } from './run-folder.ts';
import { addTokenCommands } from './token/token-commands.ts';
import { writeReport } from './write-report.ts';

const USAGE_ERROR = 2;
const INTERRUPTED = 130;

function targetOption(): Option {
  return new Option(
    '--target <where>',
    'where the worlds run: processes of this machine, or the containers of docker-compose.yml',
  )
    .choices(['embedded', 'compose'])
    .default('embedded');
}

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
    .addOption(targetOption())
    .addOption(
      new Option(
        '--leak <leak>',
        'by what way something leaks, where it is not what the scenario says; off takes the leak out',
      ).choices([...leak.options, 'off']),
    )
    .addOption(strategyOption())
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
const bounded = ({ min, max }: { readonly min: number; readonly max: number }) => wholeNumber(min, max);
program
  .command('load')
  .argument('<scenario>', 'a name below scenarios/, or a scenario file with a load.k6.ts beside it')
  .description('run a scenario for each arm in turn while k6 puts it under load, and rotate every SVID')
  .addOption(new Option('--arms <a,b>', 'which credential models to load').argParser(armList))
  .addOption(targetOption())
  .addOption(
    new Option('--rate <n>', 'requests a second that are offered')
      .argParser(bounded(LOAD_LIMITS.ratePerSecond))
      .default(500),
  )
  .addOption(
    new Option('--duration <s>', 'seconds that are measured in each world')
      .argParser(bounded(LOAD_LIMITS.durationSeconds))
      .default(30),
  )
  .addOption(
    new Option('--warm-up <s>', 'seconds before, which are left out')
      .argParser(bounded(LOAD_LIMITS.warmUpSeconds))
      .default(10),
  )
  .addOption(
    new Option('--repeats <r>', 'how often the order A B B A is run')
      .argParser(bounded(LOAD_LIMITS.repeats))
      .default(1),
  )
  .addOption(
    new Option(
      '--rotate <how>',
      'every SVID half-way, or each key set through its life: prepared, activated, tainted, revoked',
    )
      .choices(['forced', 'lifecycle'])
      .default('forced'),
  )
  .addOption(
    new Option(
      '--refresh-hint <s>',
      'with lifecycle: how often everyone asks for the bundle, what revocations are measured by',
    )
      .argParser(wholeNumber(1, 30))
      .default(5),
  )
  .addOption(new Option('--agents <n>', 'how many agents live in each world').argParser(wholeNumber(7, 5000)))
  .addOption(
    new Option('--load-agents <n>', 'how many agents the load is sent for (default: by the rate)').argParser(
      bounded(LOAD_LIMITS.loadAgents),
    ),
  )
  .addOption(new Option('--seed <s>', 'the same seed gives the same load').argParser(seedText))
  .addOption(new Option('--out <dir>', 'a new folder for report and ledgers (default: runs/load-...)'))
  .action((scenario: string, flags: LoadFlags) => load(scenario, flags));
program
  .command('report')
  .argument('<dir>', 'the folder of a run or of a matrix')
  .description('compute the report again, from the ledgers alone')
  .action((folder: string) => {
    if (MatrixFolder.isOne(folder)) {
      const { trials } = writeMatrixReport(MatrixFolder.read(folder));
      process.stdout.write(`${trials.length} trials; ${join(resolve(folder), 'report.html')}\n`);
      return;
    }
    process.stdout.write(`${renderReportTable(writeReport(resolve(folder)))}\n`);
  });
addMatrixCommand(program);
addAuthorityCommands(program);
addIdentityCommands(program);
addAuditCommands(program);
addTokenCommands(program);
addFederationCommands(program);
addPolicyCommands(program);

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
