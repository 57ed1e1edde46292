import type { KeyObject } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { Agent, request } from 'node:https';
import type { X509SvidDocument } from '@blastradius/contracts';
import { createCsr, generateP256KeyPair } from '@blastradius/pki';
import { certificatesToPem } from '@blastradius/spiffe';

export interface TestIdentity {
  readonly cert: string;
  readonly key: string;
}

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly text: string;
  readonly headers: IncomingHttpHeaders;
}

/** A caller of the issuer's API, with an identity or without, that keeps its connection. */
export class SidecarClient {
  readonly #url: string;
  readonly #agent: Agent;

  constructor(url: string, authorities: readonly string[], identity?: TestIdentity) {
    this.#url = url;
    const ca = certificatesToPem(authorities.map((der) => Buffer.from(der, 'base64')));
    this.#agent = new Agent({ ca, keepAlive: true, maxSockets: 1, ...identity });
  }

  post(path: string, body: unknown): Promise<Answer> {
    return this.send('POST', path, JSON.stringify(body), { 'content-type': 'application/json' });
  }

  get(path: string): Promise<Answer> {
    return this.send('GET', path, '', {});
  }

  send(method: string, path: string, payload: string, extra: Record<string, string>): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const length = { 'content-length': String(Buffer.byteLength(payload)) };
    const call = request(
      new URL(path, this.#url),
      { method, agent: this.#agent, headers: { ...length, ...extra } },
      async (answer) => {
        let text = '';
        for await (const chunk of answer) text += chunk;
        const { statusCode = 0, headers } = answer;
        resolve({ status: statusCode, body: text === '' ? null : JSON.parse(text), text, headers });
      },
    );
    call.on('error', reject);
    call.end(payload);
    return promise;
  }

  close(): void {
    this.#agent.destroy();
  }
}

export interface KeyAndCsr {
  readonly csr: string;
  readonly privateKey: KeyObject;
}

export async function csrFor(spiffeId: string): Promise<KeyAndCsr> {
  const keys = await generateP256KeyPair();
  return {
    csr: Buffer.from(createCsr({ spiffeId, ...keys })).toString('base64'),
    privateKey: keys.privateKey,
  };
}

export function identityOf(svid: X509SvidDocument, privateKey: KeyObject): TestIdentity {
  const chain = svid.certificateChain.map((der) => Buffer.from(der, 'base64'));
  return {
    cert: certificatesToPem(chain),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}
