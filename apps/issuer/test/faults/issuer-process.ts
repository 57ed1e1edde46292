import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { verifyAuditLog } from '@blastradius/audit';
import { type IssuancePolicy, issuance, issuerAdministration } from '@blastradius/contracts';
import { type IssuerRecord, readLedgers } from '@blastradius/ledger';
import { type AppProcess, freePort, startAppProcess } from '@blastradius/testkit';
import { type Answer, csrFor, identityOf, SidecarClient, type TestIdentity } from '../sidecar-client.ts';
import { adminRequest, trustDomain } from '../test-issuer.ts';

const entryOf = (file: string) => fileURLToPath(new URL(file, import.meta.url));

/** A built issuer as a process of its own: it can be killed, and started again at the same address with the same log. */
export class IssuerProcess {
  readonly name: string;
  readonly #entry: string;
  readonly #environment: Record<string, string>;
  #process: AppProcess | undefined;

  private constructor(name: string, entry: string, environment: Record<string, string>) {
    this.name = name;
    this.#entry = entry;
    this.#environment = environment;
  }

  /** `shared` is what issuers of one trust domain share; `aheadMs` gives it a clock that the test sets. */
  static async start(name: string, shared: Record<string, string>, aheadMs?: number): Promise<IssuerProcess> {
    const folder = mkdtempSync(join(tmpdir(), `issuer-${name}-`));
    const environment = {
      ...shared,
      PORT: String(await freePort()),
      ADMIN_SOCKET: join(folder, 'admin.sock'),
      LEDGER_FILE: join(folder, 'ledger', 'issuer.jsonl'),
      CLOCK_FILE: join(folder, 'clock'),
      LOG_LEVEL: 'fatal',
    };
    const entry = aheadMs === undefined ? '../../dist/main.js' : './shifted-issuer.mjs';
    const issuer = new IssuerProcess(name, entryOf(entry), environment);
    issuer.setClock(aheadMs ?? 0);
    await issuer.startAgain();
    return issuer;
  }

  get url(): string {
    return `https://127.0.0.1:${this.#environment['PORT']}`;
  }

  /** What it takes of the machine's memory, MiB. */
  get residentMib(): number {
    const status = readFileSync(`/proc/${this.#process?.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024;
  }

  async startAgain(): Promise<void> {
    this.#process = await startAppProcess(this.#entry, this.#environment);
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    await this.#process?.kill();
  }

  setClock(aheadMs: number): void {
    writeFileSync(this.#environment['CLOCK_FILE'] ?? '', String(aheadMs));
  }

  order(method: 'POST' | 'PUT', path: string, body: unknown): Promise<Answer> {
    return adminRequest(this.#environment['ADMIN_SOCKET'] ?? '', method, path, body);
  }

  async replacePolicies(policies: readonly IssuancePolicy[]): Promise<void> {
    const answer = await this.order('PUT', '/admin/policies', { policies });
    if (answer.status !== 200) throw new Error(`the policies were not taken: ${answer.text}`);
  }

  /** As its bundle has them now, by its operator's door. */
  async authorities(): Promise<readonly string[]> {
    return (await this.#mintJoinToken('anyone')).bundle.x509Authorities;
  }

  /** Admits a sidecar; its SVID is good at every issuer of the trust domain. */
  async admit(node: string): Promise<{ authorities: readonly string[]; identity: TestIdentity }> {
    const { joinToken, bundle } = await this.#mintJoinToken(node);
    const { csr, privateKey } = await csrFor(`spiffe://${trustDomain}/sidecar`);
    const client = new SidecarClient(this.url, bundle.x509Authorities);
    const answer = await client.post('/v1/attest/join-token', { joinToken, csr });
    client.close();
    const { svid } = issuance.joinTokenAnswer.parse(answer.body);
    return { authorities: bundle.x509Authorities, identity: identityOf(svid, privateKey) };
  }

  /** What it has written down, in all of its lives. */
  records(): IssuerRecord[] {
    return readLedgers(dirname(this.#environment['LEDGER_FILE'] ?? '')).filter(
      (record) => record.ledger === 'issuer',
    );
  }

  /** Whether its log is one chain from its beginning, in all of its lives. */
  get isAuditIntact(): boolean {
    return verifyAuditLog(this.#environment['LEDGER_FILE'] ?? '').intact;
  }

  async #mintJoinToken(node: string) {
    const minted = await this.order('POST', '/admin/join-tokens', { node, ttlSeconds: 60 });
    return issuerAdministration.joinTokenMintAnswer.parse(minted.body);
  }
}
