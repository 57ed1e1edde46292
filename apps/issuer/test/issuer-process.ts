import { fileURLToPath } from 'node:url';
import { issuance, issuerAdministration } from '@blastradius/contracts';
import { type AppProcess, startAppProcess } from '@blastradius/testkit';
import { type Answer, csrFor, identityOf, SidecarClient } from './sidecar-client.ts';
import { adminRequest } from './test-issuer.ts';

/** An issuer as a process of its own, which can be killed. */
export interface IssuerProcess extends Pick<AppProcess, 'stop' | 'kill'> {
  admin(method: string, path: string, body?: unknown): Promise<Answer>;
  /** A client with the SVID of a sidecar that has just been admitted. */
  admitSidecar(): Promise<SidecarClient>;
}

export async function startIssuerProcess(environment: Record<string, string>): Promise<IssuerProcess> {
  const entry = fileURLToPath(new URL('../dist/main.js', import.meta.url));
  const { url, stop, kill } = await startAppProcess(entry, environment);
  const admin: IssuerProcess['admin'] = (method, path, body) =>
    adminRequest(environment['ADMIN_SOCKET'] ?? '', method, path, body);
  return {
    stop,
    kill,
    admin,
    admitSidecar: async () => {
      const order = await admin('POST', '/admin/join-tokens', { node: 'range', ttlSeconds: 60 });
      const { joinToken, bundle } = issuerAdministration.joinTokenMintAnswer.parse(order.body);
      const { csr, privateKey } = await csrFor(`spiffe://${environment['TRUST_DOMAIN']}/sidecar`);
      const stranger = new SidecarClient(url, bundle.x509Authorities);
      const answer = await stranger.post('/v1/attest/join-token', { joinToken, csr });
      stranger.close();
      const { svid } = issuance.joinTokenAnswer.parse(answer.body);
      return new SidecarClient(url, bundle.x509Authorities, identityOf(svid, privateKey));
    },
  };
}
