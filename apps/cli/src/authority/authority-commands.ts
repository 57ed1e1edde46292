import { issuerAdministration } from '@blastradius/contracts';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { adminSocketOption } from '../issuer/admin-socket-option.ts';
import { wholeNumber } from '../options.ts';
import { type OrderFlags, order, type RotateFlags, rotate, type ShowFlags, show } from './authority.ts';

const { publishSecondsMax, keySetKind } = issuerAdministration;

export function addAuthorityCommands(program: Command): void {
  const authority = program.command('authority').description("the trust domain's signing keys");
  const command = (name: string, says: string) =>
    authority
      .command(name)
      .description(says)
      .addOption(adminSocketOption().makeOptionMandatory())
      .addOption(new Option('--kind <k>', 'one key set alone').choices(keySetKind.options));
  command('show', "print each key's state, name and times")
    .option('--json', 'as the issuer answers it')
    .action((flags: ShowFlags) => show(flags));
  command('prepare', 'publish the next key, which signs nothing yet').action((flags: OrderFlags) =>
    order('prepare', flags),
  );
  command('activate', 'let the next key sign').action((flags: OrderFlags) => order('activate', flags));
  command('taint', 'have everything replaced that previous keys have signed').action((flags: OrderFlags) =>
    order('taint', flags),
  );
  command('revoke', 'take tainted keys out of the bundle: nothing that they have signed is taken any more')
    .addOption(new Option('--key-id <id>', 'this key alone, as `show` prints it').argParser(keyId))
    .option('--force', 'also a key that is not tainted, even the one that signs')
    .action((flags: OrderFlags) => order('revoke', flags));
  command('rotate', 'publish the next key and leave the rest to the schedule')
    .option('--now', 'wait until it was published, let it sign, and taint what signed before')
    .addOption(
      new Option('--publish-seconds <n>', 'with --now: how long the next key is published before it signs')
        .argParser(wholeNumber(0, publishSecondsMax))
        .implies({ now: true }),
    )
    .action((flags: RotateFlags) => rotate(flags));
}

function keyId(text: string): string {
  if (!/^[0-9a-f]{8,128}$/.test(text)) {
    throw new InvalidArgumentError('Allowed: a key id as `authority show` prints it, hex in lower case.');
  }
  return text;
}
