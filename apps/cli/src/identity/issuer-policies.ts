import { request } from 'node:http';
import { issuerAdministration, type PolicyExplanation } from '@blastradius/contracts';
import type { z } from 'zod';
import { IssuerUnreachable } from './explain.errors.ts';

const ANSWER_WITHIN_MS = 10_000;

/** Asks an issuer on its operator's socket, which only the issuer's own user may open. Throws `IssuerUnreachable`. */
export async function explainByIssuer(
  adminSocket: string,
  question: z.input<typeof issuerAdministration.explainRequest>,
): Promise<readonly PolicyExplanation[]> {
  try {
    const { status, body } = await post(adminSocket, JSON.stringify(question));
    if (status !== 200) throw new TypeError(`it answered ${status}: ${body.slice(0, 500)}`);
    return issuerAdministration.explainAnswer.parse(JSON.parse(body)).policies;
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new IssuerUnreachable(`no issuer explains its policies at ${adminSocket}: ${reason}`, { cause });
  }
}

function post(socketPath: string, question: string): Promise<{ status: number | undefined; body: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ status: number | undefined; body: string }>();
  const headers = { 'content-type': 'application/json', 'content-length': Buffer.byteLength(question) };
  const signal = AbortSignal.timeout(ANSWER_WITHIN_MS);
  const call = request({ socketPath, method: 'POST', path: '/admin/explain', headers, signal }, (answer) => {
    answer
      .toArray()
      .then(
        (chunks) => resolve({ status: answer.statusCode, body: Buffer.concat(chunks).toString() }),
        reject,
      );
  });
  call.on('error', reject);
  call.end(question);
  return promise;
}
