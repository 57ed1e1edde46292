import type { Arm } from '@blastradius/contracts';
import type { LoadEntry } from '../world/load-entry.ts';
import type { ComposeProject } from './world-loan.ts';

const CERTIFICATE = '/certificate/network.pem';
/** Where the sidecar that k6 stands beside has its egress proxy, on the loopback that both share. */
const EGRESS_URL = 'http://127.0.0.1:8090';

/** Where k6 sends to from inside its container, and how that container is run. */
export async function composeLoadEntry(
  arm: Arm,
  network: string,
  { root, command, containers }: ComposeProject,
): Promise<LoadEntry> {
  const container = { command, service: 'k6', folder: root };
  if (arm === 'x509-svid') return { url: EGRESS_URL, certificatePem: null, container };
  const certificatePem = await containers.exec(network, ['cat', CERTIFICATE]);
  return { url: `https://${network}:8443`, certificatePem, container };
}
