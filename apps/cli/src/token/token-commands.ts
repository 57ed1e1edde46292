import type { Command } from 'commander';
import { adminSocketOption } from '../issuer/admin-socket-option.ts';
import { applyTokenPolicies, showTokenPolicies } from './token-policies.ts';

export function addTokenCommands(program: Command): void {
  const policy = program
    .command('token')
    .description("the issuer's token endpoint")
    .command('policy')
    .description('who may ask it for which access tokens');
  policy
    .command('apply')
    .argument('<file>', 'policies, YAML or JSON: all of them, what is not there is taken away')
    .description('have the issuer go by these policies at once; changes nothing where one is wrong')
    .addOption(adminSocketOption().makeOptionMandatory())
    .action((file: string, flags: { adminSocket: string }) => applyTokenPolicies(file, flags));
  policy
    .command('show')
    .description('print the policies that count now, as a file for `token policy apply`')
    .addOption(adminSocketOption().makeOptionMandatory())
    .action((flags: { adminSocket: string }) => showTokenPolicies(flags));
}
