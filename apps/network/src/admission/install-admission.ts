import { DPOP_HEADER, PROOF_HEADER, scopeNeededBy, TOKEN_HEADER } from '@blastradius/credentials';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { LastSeen } from '../agents/last-seen.ts';
import type { Authorize } from '../policy/authorize.ts';
import { RequestLimitReached } from '../rate-limits/rate-limits.errors.ts';
import type { RateLimits } from '../rate-limits/rate-limits.ts';
import { ForbiddenByPolicy, refusalFor } from './admission.errors.ts';
import type { Admission } from './admission.ts';
import { type Judgement, publicJudgement } from './judgement.ts';
import type { RouteAdmissionConfig } from './route-admission.ts';

declare module 'fastify' {
  interface FastifyRequest {
    judgement: Judgement | null;
  }
  interface FastifyContextConfig extends RouteAdmissionConfig {}
}

export interface AdmissionParts {
  readonly admission: Admission;
  readonly limits: RateLimits;
  readonly lastSeen: LastSeen;
  /** Null where all agents may do the same. */
  readonly authorize: Authorize | null;
}

/** Every request is judged before its body is read. */
export function installAdmission(
  server: FastifyInstance,
  { admission, limits, lastSeen, authorize }: AdmissionParts,
): void {
  server.decorateRequest('judgement', null);
  server.addHook('onRequest', async (request) => {
    request.judgement = await judge(admission, request);
    if (request.judgement.decision === 'denied') throw refusalFor(request.judgement.reason);
    const { agent } = request.judgement;
    if (!agent) return;
    if (authorize) assertPermitted(authorize, request, request.judgement);
    takeRequest(limits, request, agent.id);
    lastSeen.note(agent.id);
  });
}

async function judge(admission: Admission, request: FastifyRequest): Promise<Judgement> {
  const need = request.is404 ? 'public' : (request.routeOptions.config.admission ?? 'agent');
  if (need === 'public') return publicJudgement;
  const {
    authorization,
    [TOKEN_HEADER]: token,
    [PROOF_HEADER]: proof,
    [DPOP_HEADER]: dpop,
  } = request.headers;
  const shown = {
    authorization,
    workloadIdentityToken: single(token),
    workloadProofToken: single(proof),
    dpopProof: single(dpop),
    method: request.method,
    path: request.url.split('?', 1)[0] ?? '',
    scope: request.routeOptions.config.scope ?? scopeNeededBy(request.method),
    socket: request.raw.socket,
  };
  return need === 'enrolment' ? await admission.admitEnrolment(shown) : await admission.admitAgent(shown);
}

/** Node joins what was sent twice with a comma, and such a text is no token. */
function single(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header.join(', ') : header;
}

/** What is forbidden takes nothing of the agent's allowance: a thief would spend it. */
function assertPermitted(authorize: Authorize, request: FastifyRequest, admitted: Judgement): void {
  const { decision, policies } = authorize({
    spiffeId: admitted.shown.spiffeId ?? '',
    method: request.method,
    route: request.routeOptions.url ?? '',
  });
  if (decision === 'allow') return;
  request.judgement = { ...admitted, decision: 'denied', reason: 'admission.forbidden-by-policy', policies };
  throw new ForbiddenByPolicy();
}

function takeRequest(limits: RateLimits, request: FastifyRequest, agentId: string): void {
  try {
    limits.takeRequest(agentId);
  } catch (error) {
    if (error instanceof RequestLimitReached && request.judgement) {
      request.judgement = { ...request.judgement, decision: 'denied', reason: error.code };
    }
    throw error;
  }
}
