import { createServer, type IncomingMessage, type Server } from 'node:http';

export type Answer = Readonly<Record<string, unknown>> & {
  readonly status: 'ok' | 'rejected' | 'error' | 'unsupported';
};
export type Endpoint = (body: Readonly<Record<string, unknown>>) => Promise<Answer>;

const HTTP_STATUS = { ok: 200, rejected: 422, error: 500, unsupported: 501 } as const;

/** The harness's second port: operations of the library, asked for over HTTP (harness contract, section 4). */
export function createControlPort(endpoints: Readonly<Record<string, Endpoint>>): Server {
  return createServer(async (request, response) => {
    const answer = await answerOf(endpoints[`${request.method} ${request.url}`], request);
    response.writeHead(HTTP_STATUS[answer.status], { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
  });
}

async function answerOf(endpoint: Endpoint | undefined, request: IncomingMessage): Promise<Answer> {
  if (endpoint === undefined) return { status: 'unsupported' };
  try {
    let text = '';
    for await (const chunk of request) text += chunk.toString();
    return await endpoint(text === '' ? {} : JSON.parse(text));
  } catch (error) {
    return { status: isRefusal(error) ? 'rejected' : 'error', message: `${codeOf(error)}: ${error}` };
  }
}

/** Whether the library (or OpenSSL, which it has asked) refused what it was shown; anything else is a fault. */
function isRefusal(error: unknown): boolean {
  return /^(svid|jwt-svid|spiffe-id)\.|^workload-api\.permission-denied$|CERT|SIGNATURE|ISSUER|CHAIN|PURPOSE/.test(
    codeOf(error),
  );
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : '';
}
