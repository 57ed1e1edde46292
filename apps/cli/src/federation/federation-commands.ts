import { Argument, type Command, Option } from 'commander';
import { adminSocketOption } from '../issuer/admin-socket-option.ts';
import {
  type AddFlags,
  addFederation,
  type FederationFlags,
  listFederations,
  printBundle,
  refreshFederation,
  removeFederation,
} from './federation.ts';

export function addFederationCommands(program: Command): void {
  const federation = program
    .command('federation')
    .description('the trust domains whose workloads ours believe, and how their bundles are fetched');
  const command = (name: string, description: string) =>
    federation.command(name).description(description).addOption(adminSocketOption().makeOptionMandatory());
  const trustDomain = () => new Argument('<trust-domain>', 'the other trust domain, as in its SPIFFE IDs');

  command('list', 'who they are, when their bundles were last fetched, and why not').action(
    (flags: FederationFlags) => listFederations(flags),
  );
  command('add', 'federate with a trust domain, or change how its bundle is fetched')
    .addArgument(trustDomain())
    .addOption(new Option('--url <url>', 'its bundle endpoint, https').makeOptionMandatory())
    .addOption(
      new Option('--profile <profile>', 'how the endpoint proves who it is')
        .choices(['https_spiffe', 'https_web'])
        .default('https_spiffe'),
    )
    .addOption(new Option('--endpoint-spiffe-id <id>', 'of https_spiffe: the SPIFFE ID of the endpoint'))
    .addOption(
      new Option(
        '--bundle <file>',
        'its bundle as a SPIFFE bundle document, brought by a way that you trust; https_spiffe begins by it',
      ),
    )
    .addOption(
      new Option('--web-ca <file>', 'of https_web: PEM of the CAs to believe, in place of the usual ones'),
    )
    .action((name: string, flags: AddFlags) => addFederation(name, flags));
  command('refresh', 'ask its bundle endpoint now')
    .addArgument(trustDomain())
    .action((name: string, flags: FederationFlags) => refreshFederation(name, flags));
  command('remove', 'federate with it no longer: its bundle is taken away from every workload')
    .addArgument(trustDomain())
    .action((name: string, flags: FederationFlags) => removeFederation(name, flags));
  command('bundle', 'print our bundle for another operator, or the one that is held of a trust domain')
    .addArgument(new Argument('[trust-domain]', 'whose; ours where it is left out'))
    .action((name: string | undefined, flags: FederationFlags) => printBundle(name, flags));
}
