import { type Command, Option } from 'commander';
import { adminSocketOption } from '../issuer/admin-socket-option.ts';
import { applyPolicies } from './apply-policies.ts';
import { checkPolicyFile } from './check-policy-file.ts';
import { showPolicies } from './show-policies.ts';

export function addPolicyCommands(program: Command): void {
  const policy = program
    .command('policy')
    .description('write, check and see the policies that identities are issued by');
  policy
    .command('check')
    .argument('<file>', 'policies, YAML or JSON')
    .description('say what is wrong in a file of policies, with line and column; asks no issuer')
    .addOption(new Option('--trust-domain <name>', 'for which it is meant; any one unless given'))
    .action((file: string, flags: { trustDomain?: string }) => checkPolicyFile(file, flags));
  policy
    .command('apply')
    .argument('<file>', 'policies, YAML or JSON: all of them, what is not there is taken away')
    .description(
      'check a file of policies and have the issuer go by it at once; changes nothing where one is wrong',
    )
    .addOption(adminSocketOption().makeOptionMandatory())
    .action((file: string, flags: { adminSocket: string }) => applyPolicies(file, flags));
  policy
    .command('show')
    .description('print the policies that count now, as a file for `policy apply`')
    .addOption(adminSocketOption().makeOptionMandatory())
    .action((flags: { adminSocket: string }) => showPolicies(flags));
}
