import { expect } from 'vitest';
import { ScriptedWorkloadApi } from '../../../packages/spiffe/test/scripted-workload-api.ts';
import { ShapedAuthority, type ShapedLeaf } from '../../../packages/spiffe/test/shaped-authority.ts';
import type { Role } from '../catalogue/catalogue.ts';
import { HarnessProcess } from './harness-process.ts';
import { serveAs, visit } from './tls-peers.ts';
import { TokenKey } from './token-key.ts';

export const AUDIENCE = 'conformance';
export const HOME = 'test.example.org';
export const DEFAULT_ID = `spiffe://${HOME}/default`;
/** Room for a client that opens its stream again after a response that it could not use. */
const UPDATE_MS_MAX = 15_000;
const OBSERVED_MS = 500;

export interface X509Update {
  readonly svids?: readonly ShapedLeaf[];
  /** Of the home trust domain; left out, its one authority. */
  readonly authorities?: readonly ShapedAuthority[];
  readonly federated?: readonly ShapedAuthority[];
}

/** By trust domain, the JWKs of its bundle. */
export type KeyUpdate = Readonly<Record<string, readonly object[]>>;

/** A Workload API that does as a case says, and our harness in front of it. */
export class Bench implements AsyncDisposable {
  readonly api: ScriptedWorkloadApi;
  readonly home: ShapedAuthority;
  readonly key = new TokenKey();
  #harness: HarnessProcess | undefined;
  #barriers = 0;

  private constructor(api: ScriptedWorkloadApi, home: ShapedAuthority) {
    this.api = api;
    this.home = home;
  }

  /** With a harness that is ready. */
  static async start(): Promise<Bench> {
    const bench = await Bench.prepare();
    await bench.api.listen();
    expect(await bench.launch()).toBe(true);
    return bench;
  }

  /** What is served at first is in place; nobody listens yet, and no harness runs. */
  static async prepare(): Promise<Bench> {
    const bench = new Bench(await ScriptedWorkloadApi.create(), await ShapedAuthority.create(HOME));
    bench.push({ svids: [await bench.home.leaf('/default')] });
    bench.pushKeys({ [HOME]: [bench.key.jwk()] });
    const svid = bench.key.token(bench.claims(DEFAULT_ID));
    bench.api.script('FetchJWTSVID', { state: { svids: [{ spiffeId: DEFAULT_ID, svid }] } });
    return bench;
  }

  /** Whether the harness became ready. */
  async launch(endpoint = `unix://${this.api.socketPath}`): Promise<boolean> {
    await this.#harness?.stop();
    this.#harness = new HarnessProcess(endpoint);
    return await this.#harness.ready;
  }

  get harness(): HarnessProcess {
    if (this.#harness === undefined) throw new Error('no harness has been launched');
    return this.#harness;
  }

  /** Sends one response; whether the client has taken it is not known yet. */
  push(update: X509Update): void {
    this.api.script('FetchX509SVID', { state: this.responseOf(update) });
  }

  responseOf({ svids = [], authorities = [this.home], federated = [] }: X509Update) {
    const bundle = Buffer.concat(authorities.map(({ certificate }) => certificate));
    return {
      svids: svids.map(({ spiffeId, chain, key }) => ({
        spiffeId,
        x509Svid: Buffer.concat(chain),
        x509SvidKey: key,
        bundle,
        hint: '',
      })),
      federatedBundles: Object.fromEntries(federated.map(({ id, certificate }) => [id, certificate])),
    };
  }

  /** Sends one response and waits until its default SVID is shown. */
  async serve(update: X509Update = {}): Promise<void> {
    this.#barriers += 1;
    const svids = update.svids ?? [await this.home.leaf(`/barrier-${this.#barriers}`)];
    this.push({ ...update, svids });
    await expect
      .poll(async () => this.#isShown(svids[0]), { timeout: UPDATE_MS_MAX, interval: 50 })
      .toBe(true);
  }

  /** The certificates that the X.509 port shows now. */
  async shown(): Promise<readonly Uint8Array[]> {
    return (await this.#visit(await this.home.leaf('/probe'))).shown;
  }

  /** Whom the X.509 port has accepted and which leaf it showed, to a peer that it must accept. */
  async probe(): Promise<{ readonly line: string; readonly leaf: string | undefined }> {
    const { line, shown } = await this.#visit(await this.home.leaf('/probe'));
    return { line, leaf: hex(shown[0]) };
  }

  /**
   * That this SVID is shown, to each of several who come while a response is on its way that must change
   * nothing. Whoever asks sends a good response afterwards: the stream keeps the order.
   */
  async staysWith(svid: ShapedLeaf): Promise<void> {
    const until = performance.now() + OBSERVED_MS;
    while (performance.now() < until) {
      const { line, leaf } = await this.probe();
      expect({ line, leaf }).toEqual({ line: `spiffe://${HOME}/probe\n`, leaf: hex(svid.chain[0]) });
    }
  }

  pushKeys(update: KeyUpdate): void {
    const bundles = Object.entries(update).map(([name, keys]) => [
      `spiffe://${name}`,
      Buffer.from(JSON.stringify({ keys })),
    ]);
    this.api.script('FetchJWTBundles', { state: { bundles: Object.fromEntries(bundles) } });
  }

  /** Sends bundles, with a new key among those of the trust domain, and waits until its tokens are accepted. */
  async serveKeys(update: KeyUpdate, barrierOf = HOME): Promise<void> {
    const barrier = new TokenKey();
    this.pushKeys({ ...update, [barrierOf]: [...(update[barrierOf] ?? []), barrier.jwk()] });
    const token = barrier.token(this.claims(`spiffe://${barrierOf}/barrier`));
    await expect
      .poll(async () => (await this.validate(token)).http, { timeout: UPDATE_MS_MAX, interval: 50 })
      .toBe(200);
  }

  claims(sub: string) {
    const now = Math.floor(Date.now() / 1000);
    return { sub, aud: [AUDIENCE], iat: now, exp: now + 300 };
  }

  validate(token: string, audience = AUDIENCE) {
    return this.harness.ask('/v1/jwt/validate', { token, audience });
  }

  fetchTokens(audience: readonly string[], spiffeId = '') {
    return this.harness.ask('/v1/jwt/fetch', { audience, spiffe_id: spiffeId });
  }

  async accepts(role: Role, peer: ShapedLeaf): Promise<void> {
    expect(await this.#verdict(role, peer)).toBe(peer.spiffeId);
  }

  /** What is refused says nothing where nobody is accepted: a good peer goes first. */
  async refuses(role: Role, peer: ShapedLeaf): Promise<void> {
    await this.accepts(role, await this.home.leaf('/control'));
    expect(await this.#verdict(role, peer)).toBe('rejected');
  }

  async acceptsToken(token: string, spiffeId: string): Promise<void> {
    const expected = { http: 200, answer: { status: 'ok', spiffe_id: spiffeId } };
    expect(await this.validate(token)).toMatchObject(expected);
  }

  async refusesToken(token: string): Promise<void> {
    const control = `spiffe://${HOME}/control`;
    await this.acceptsToken(this.key.token(this.claims(control)), control);
    expect(await this.validate(token)).toMatchObject({ http: 422, answer: { status: 'rejected' } });
  }

  /** Refused once these bundles are in force. The bench's own key must be among them. */
  async refusesTokenAfter(update: KeyUpdate, token: string): Promise<void> {
    await this.serveKeys(update);
    await this.refusesToken(token);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#harness?.stop();
    this.api.stop();
  }

  /** The SPIFFE ID that the library has found in the peer, `rejected`, or what went wrong. */
  async #verdict(role: Role, peer: ShapedLeaf): Promise<string> {
    if (role === 'server') return (await this.#visit(peer)).line.trim() || 'rejected';
    await using server = await serveAs(peer);
    const { answer } = await this.harness.ask('/v1/x509/dial', { address: server.address });
    if (answer['status'] !== 'ok') return String(answer['status']);
    expect(await server.client).toMatch(/^URI:spiffe:\/\//);
    return String(answer['spiffe_id']);
  }

  #visit(peer: ShapedLeaf) {
    return visit(this.harness.portOf('SPIFFE_X509_PORT'), peer);
  }

  async #isShown(svid: ShapedLeaf | undefined): Promise<boolean> {
    return (await this.probe()).leaf === hex(svid?.chain[0]);
  }
}

/** To compare certificates and to read in a report which was which. */
export function hex(der: Uint8Array | undefined): string | undefined {
  return der === undefined ? undefined : Buffer.from(der).toString('hex');
}
