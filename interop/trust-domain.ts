import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type IssuancePolicy, issuerAdministration } from '../packages/contracts/src/index.ts';
import { unixOrder } from '../packages/stack/src/process/unix-request.ts';
import { type AppProcess, startAppProcess, startEmbeddedPostgres } from '../packages/testkit/src/index.ts';

/** The real issuer and the real sidecar of one host, as processes, for other people's clients to ask. */
export interface RunningTrustDomain {
  readonly name: string;
  /** For SPIFFE_ENDPOINT_SOCKET: `unix:///...`. */
  readonly endpoint: string;
  readonly socketPath: string;
  readonly issuerUrl: string;
  readonly adminSocket: string;
  /** Whatever runs as the user who runs the tests gets these identities, in this order. */
  grant(identities: readonly GrantedIdentity[]): Promise<void>;
  stop(): Promise<void>;
}

export interface GrantedIdentity {
  readonly hint: string;
  /** `/agent/one` */
  readonly path: string;
  readonly dnsNames?: readonly string[];
  readonly federatesWith?: readonly string[];
}

/** Long enough for a loaded machine to renew in time, short enough to wait for a rotation. */
const X509_SVID_TTL_SECONDS = 12;

/** Two of the same name share nothing but the name: each has authorities of its own. */
export async function startTrustDomain(
  name = 'interop.test',
  issuerSettings: Readonly<Record<string, string>> = {},
): Promise<RunningTrustDomain> {
  const started: (() => unknown)[] = [];
  const stop = async () => {
    for (const one of started.splice(0).reverse()) await one();
  };
  try {
    const folder = await mkdtemp(join(tmpdir(), 'interop-'));
    started.push(() => rm(folder, { recursive: true }));
    const issuer = await startIssuer({ name, folder, issuerSettings }, started);
    const socketPath = join(folder, 'workload-api.sock');
    const sidecar = await startApp('sidecar', {
      ISSUER_URL: issuer.url,
      TRUST_DOMAIN: name,
      ...(await admission(issuer.adminSocket)),
      WORKLOAD_API_SOCKET: socketPath,
      WIT_SVIDS: 'on',
    });
    started.push(() => sidecar.stop());
    return {
      name,
      endpoint: `unix://${socketPath}`,
      socketPath,
      issuerUrl: issuer.url,
      adminSocket: issuer.adminSocket,
      grant: async (identities) => {
        const policies = identities.map(policyOf);
        await unixOrder(issuer.adminSocket, 'PUT', '/admin/policies', { policies });
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface IssuerPlace {
  readonly name: string;
  readonly folder: string;
  readonly issuerSettings: Readonly<Record<string, string>>;
}

async function startIssuer({ name, folder, issuerSettings }: IssuerPlace, started: (() => unknown)[]) {
  const postgres = await startEmbeddedPostgres();
  started.push(() => postgres.stop());
  const adminSocket = join(folder, 'admin.sock');
  const { url, stop } = await startApp('issuer', {
    TRUST_DOMAIN: name,
    DATABASE_URL: await postgres.createDatabase('issuer'),
    KEY_ENCRYPTION_KEY: randomBytes(32).toString('base64'),
    ADMIN_SOCKET: adminSocket,
    X509_SVID_TTL_SECONDS: String(X509_SVID_TTL_SECONDS),
    AUTHORITY_TTL_SECONDS: '3600',
    AUTHORITY_ROTATION_SECONDS: '1200',
    AUTHORITY_ACTIVATION_DELAY_SECONDS: '1',
    BUNDLE_REFRESH_HINT_SECONDS: '1',
    LEDGER_FILE: join(folder, 'issuer.jsonl'),
    ...issuerSettings,
  });
  started.push(stop);
  return { url, adminSocket };
}

function startApp(app: 'issuer' | 'sidecar', env: Record<string, string>): Promise<AppProcess> {
  return startAppProcess(fileURLToPath(new URL(`../apps/${app}/dist/main.js`, import.meta.url)), env);
}

async function admission(adminSocket: string) {
  const order = { node: 'interop', ttlSeconds: 60 };
  const answer = await unixOrder(adminSocket, 'POST', '/admin/join-tokens', order);
  const { joinToken, bundle } = issuerAdministration.joinTokenMintAnswer.parse(answer);
  return { JOIN_TOKEN: joinToken, BOOTSTRAP_BUNDLE: bundle.x509Authorities.join(',') };
}

function policyOf({ hint, path, dnsNames = [], federatesWith = [] }: GrantedIdentity): IssuancePolicy {
  return {
    id: hint,
    selectors: [`unix:uid:${process.getuid?.()}`],
    spiffeId: `spiffe://{trustDomain}${path}`,
    dnsNames: [...dnsNames],
    ...(federatesWith.length === 0 ? {} : { federatesWith: [...federatesWith] }),
  };
}
