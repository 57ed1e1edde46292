import { request } from 'node:https';
import { certificatesToPem, type X509Svid } from '@blastradius/spiffe';

const timeoutMs = 5000;

/** Of the SVID, what a client shows: copied once, it is loot. */
export interface ShownSvid {
  readonly cert: string;
  readonly key: string | Buffer;
}

export function shown({ certificates, privateKey }: X509Svid): ShownSvid {
  return { cert: certificatesToPem(certificates), key: privateKey.export({ type: 'pkcs8', format: 'pem' }) };
}

interface Visit {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly svid: ShownSvid;
  readonly body?: object;
}

/** One request over a connection of its own. Rejects where the handshake fails or the answer is no 2xx. */
export function visit({ url, method, svid, body }: Visit): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const text = body === undefined ? '' : JSON.stringify(body);
  const headers = body === undefined ? {} : { 'content-type': 'application/json' };
  // Whose server this is does not matter to who wants to know whether it lets him in.
  const options = { ...svid, method, headers, agent: false, rejectUnauthorized: false, timeout: timeoutMs };
  const call = request(url, options, (answer) => {
    answer.resume();
    answer.once('end', () => {
      const { statusCode = 0 } = answer;
      if (statusCode >= 200 && statusCode <= 299) resolve();
      else reject(new Error(`status ${statusCode}`));
    });
  });
  call.once('timeout', () => call.destroy(new Error('no answer')));
  call.once('error', reject);
  call.end(text);
  return promise;
}
