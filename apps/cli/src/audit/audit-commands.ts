import { type Command, Option } from 'commander';
import { adminSocketOption } from '../issuer/admin-socket-option.ts';
import { showAuditKeys } from './audit-keys.ts';
import { type ShowFlags, showRecords } from './show.ts';
import { type VerifyFlags, verifyFiles } from './verify.ts';

export function addAuditCommands(program: Command): void {
  const audit = program.command('audit').description("prove and read the issuer's audit log");
  audit
    .command('verify')
    .argument('<file...>', 'audit logs, one after the other')
    .description('find the first record that was changed, dropped, moved, inserted or cut off')
    .addOption(
      new Option('--checkpoints <file>', 'signed checkpoints (default: <file>.checkpoints, with a key)'),
    )
    .addOption(new Option('--key <file>', 'the audit key in PEM, from whoever runs the issuer'))
    .addOption(adminSocketOption())
    .addOption(new Option('--json', 'one JSON object a file'))
    .action((files: string[], flags: VerifyFlags) => verifyFiles(files, flags));
  audit
    .command('show')
    .argument('<file>', 'an audit log')
    .description('print its records, one a line')
    .addOption(new Option('--since <time>', 'from this time on (ISO 8601)'))
    .addOption(new Option('--event <name>', 'svid-issued, svid-refused and so on'))
    .addOption(new Option('--spiffe-id <id>', 'about this identity'))
    .action((file: string, flags: ShowFlags) => showRecords(file, flags));
  audit
    .command('keys')
    .description('print the keys that sign checkpoints, in PEM')
    .addOption(adminSocketOption().makeOptionMandatory())
    .action(({ adminSocket }: { adminSocket: string }) => showAuditKeys(adminSocket));
}
