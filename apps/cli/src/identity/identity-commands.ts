import { type Command, Option } from 'commander';
import { adminSocketOption } from '../issuer/admin-socket-option.ts';
import { oneOrMoreOf, selectorList, wholeNumber } from '../options.ts';
import type { ExplainFlags } from './explain.ts';

export function addIdentityCommands(program: Command): void {
  program
    .command('identity')
    .description('look into the identity plane')
    .command('explain')
    .description(
      'say what a process of this machine is attested as, which policy matches, and why the others do not',
    )
    .addOption(new Option('--pid <n>', 'the process').argParser(wholeNumber(1, 2 ** 22)))
    .addOption(
      new Option('--selectors <a,b>', 'what was attested, in place of a process').argParser(selectorList),
    )
    .addOption(new Option('--node <name>', 'the node of the sidecar that would ask'))
    .addOption(new Option('--broker <spiffe-id>', 'the broker that would ask in its place'))
    .addOption(adminSocketOption())
    .addOption(
      new Option('--attestors <a,b>', 'as WORKLOAD_ATTESTORS of the sidecar has it')
        .argParser(oneOrMoreOf(['unix', 'interpreter', 'docker', 'systemd']))
        .default(['unix', 'interpreter'], 'unix,interpreter'),
    )
    .addOption(new Option('--docker-facts-socket <path>', 'where the attestor docker asks about containers'))
    .action(async (flags: ExplainFlags) => {
      // The attestors bring a native addon, which no other command needs.
      const { explain } = await import('./explain.ts');
      await explain(flags);
    });
}
