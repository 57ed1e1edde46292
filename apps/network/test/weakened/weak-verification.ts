import { X509Certificate } from 'node:crypto';
import {
  type BoundAccessTokenVerification,
  bearerSvidVerifier,
  boundAccessTokenVerifier,
  boundSvidVerifier,
  clientCertificateVerifier,
} from '@blastradius/credentials';
import {
  parseJwtSvidInsecure,
  parseSpiffeId,
  verifyAccessToken,
  verifyDpopProof,
  verifyWitSvid,
  verifyX509Svid,
  X509BundleSet,
} from '@blastradius/spiffe';
import { z } from 'zod';
import type { Admission, AdmissionRequest } from '../../src/admission/admission.ts';
import type { AgentsByCredential, AgentWithKey } from '../../src/admission/agents-by-credential.ts';
import type { CurrentAgent, Judgement } from '../../src/admission/judgement.ts';
import { PostgresAgentsByCredential } from '../../src/admission/postgres-agents-by-credential.ts';
import { type Verification, verification } from '../../src/admission/verification.ts';
import type { Database } from '../../src/database/database.ts';
import { DenyList } from '../../src/revocation/deny-list.ts';

/**
 * The network's verification with one thing wrong, each a fault that servers have had. They exist here
 * alone: no setting of the network leads to any of them.
 */
type Weak = Partial<Verification>;

const BEGINNING = 24;

class KeysByBeginning extends PostgresAgentsByCredential {
  readonly #ownDatabase: Database;

  constructor(database: Database) {
    super(database);
    this.#ownDatabase = database;
  }

  override async withStoredKey(stored: string): Promise<AgentWithKey | undefined> {
    const row = await this.#ownDatabase
      .selectFrom('agents')
      .select(['id', 'name'])
      .where('api_key', 'like', `${stored.slice(0, BEGINNING).replaceAll('_', '\\_')}%`)
      .executeTakeFirst();
    return row && { ...row, storedKey: stored };
  }
}

export const keysByTheirBeginning: Weak = { agents: (database) => new KeysByBeginning(database) };

class CachedKeys extends PostgresAgentsByCredential {
  readonly #found = new Map<string, AgentWithKey>();

  override async withStoredKey(stored: string): Promise<AgentWithKey | undefined> {
    const agent = this.#found.get(stored) ?? (await super.withStoredKey(stored));
    if (agent) this.#found.set(stored, agent);
    return agent;
  }
}

export const keysCachedForEver: Weak = { agents: (database) => new CachedKeys(database) };

/** Judges as the real admission does, and then lets in whom it finds in another way. */
function admitting(
  find: (refused: Judgement, request: AdmissionRequest, agents: AgentsByCredential) => Promise<Found> | Found,
): Weak {
  return {
    admission: (config, agents, verifiers) => {
      const real = verification.admission(config, agents, verifiers);
      return {
        admitEnrolment: (request) => real.admitEnrolment(request),
        admitAgent: async (request) => {
          const judgement = await real.admitAgent(request);
          const found = judgement.decision === 'denied' && (await find(judgement, request, agents));
          return found ? { ...judgement, decision: 'allowed', reason: 'ok', agent: found } : judgement;
        },
      } satisfies Admission;
    },
  };
}

type Found = CurrentAgent | null | undefined;

/** Looks for what it is shown in the column as it is. */
export const hashesForKeys = admitting((_, { authorization = '' }, agents) =>
  agents.withStoredKey(authorization.replace(/^Bearer /, '')),
);

export const keysWithoutScopes = admitting((refused) =>
  refused.reason === 'admission.insufficient-scope' ? refused.agent : null,
);

const bearerSvid = (change: (token: string) => { audience?: string; now?: Date }): Weak => ({
  bearerSvid: (options) => (token, now) => {
    const { audience = options.audience, now: at = now } = change(token);
    return bearerSvidVerifier({ ...options, audience })(token, at);
  },
});

/** For whomever the token is, and at whatever time it was. */
export const anyAudience = bearerSvid((token) => ({ audience: audiencesOf(token)[0] ?? '' }));
export const noExpiry = bearerSvid((token) => ({ now: timeOf(token) }));

export const noSignature: Weak = {
  bearerSvid:
    ({ audience }) =>
    async (token) =>
      parseJwtSvidInsecure(token, [audience]),
};

interface AccessTokenChecks {
  /** Whether the proof has to be by the key that the token is bound to. */
  readonly binding: boolean;
  /** Whether the proof has to be for this token. */
  readonly accessTokenHash: boolean;
}

/** Says of the sender what the token says of it, so that any key will do. */
const boundAccessToken = ({ binding, accessTokenHash }: AccessTokenChecks): Weak => ({
  boundAccessToken: (options: BoundAccessTokenVerification) => async (shown, now) => {
    const { accessToken, proof, method, targets } = shown;
    const proved = await verifyDpopProof(proof, {
      method,
      url: targets,
      now,
      ...(accessTokenHash ? { accessToken } : {}),
    });
    const keyThumbprint = binding ? proved.keyThumbprint : jktOf(accessToken);
    const { subject } = await verifyAccessToken(accessToken, {
      ...options,
      keys: options.keys(),
      now,
      sender: { keyThumbprint },
    });
    return { spiffeId: parseSpiffeId(subject) };
  },
});

export const noBinding = boundAccessToken({ binding: false, accessTokenHash: true });
export const noAccessTokenHash = boundAccessToken({ binding: true, accessTokenHash: false });

/** Remembers no proof: each request meets a verifier that has seen none. */
export const dpopReplay: Weak = {
  boundAccessToken: (options) => (shown, now) => boundAccessTokenVerifier(options)(shown, now),
};

export const accessTokenForEver: Weak = {
  boundAccessToken: (options) => boundAccessTokenVerifier({ ...options, leewaySeconds: 86_400 }),
};

export const proofByAnyone: Weak = {
  boundSvid:
    ({ bundles, leewaySeconds }) =>
    ({ token }, now) =>
      verifyWitSvid(token, { bundles: bundles(), now, leewaySeconds }),
};

/** A proof for whatever address is taken for one to this. */
export const proofForAnyTarget: Weak = {
  boundSvid: (options) => {
    const verify = boundSvidVerifier(options);
    return (shown, now) => verify({ ...shown, targets: audiencesOf(shown.proof) }, now);
  },
};

export const witReplay: Weak = {
  boundSvid: (options) => (shown, now) => boundSvidVerifier(options)(shown, now),
};

export const witForEver: Weak = {
  boundSvid: (options) => boundSvidVerifier({ ...options, leewaySeconds: 86_400 }),
};

const endless = new Date(8.64e15);

/** Whatever URI stands in whatever certificate. */
export const noChain: Weak = {
  clientCertificate:
    () =>
    ({ chainDer: [leaf] }) => {
      const { subjectAltName = '', serialNumber } = new X509Certificate(leaf ?? new Uint8Array());
      const uri = /(?:^|, )URI:([^,]+)/.exec(subjectAltName)?.[1] ?? '';
      return { spiffeId: parseSpiffeId(uri), serial: serialNumber.toLowerCase(), notAfter: endless };
    },
};

/** At the certificate's own time. */
export const certificatesForEver: Weak = {
  clientCertificate:
    (bundles) =>
    ({ chainDer }) => {
      const beginning = new X509Certificate(chainDer[0] ?? new Uint8Array()).validFromDate;
      return { ...verifyX509Svid(chainDer, bundles(), beginning), notAfter: endless };
    },
};

/** All authorities that are known speak for all trust domains. */
export const authoritiesForAll: Weak = {
  clientCertificate: (bundles) =>
    clientCertificateVerifier(() => {
      const known = bundles().bundles;
      const authorities = known.flatMap((bundle) => bundle.authorities);
      return new X509BundleSet(known.map(({ trustDomain }) => ({ trustDomain, authorities })));
    }),
};

export const everythingPermitted: Weak = {
  policies: () => () => ({ decision: 'allow', policies: [] }),
};

class DeafDenyList extends DenyList {
  override add(): void {}
}

/** What the operator pushes is kept, and nobody looks at it. */
export const deafToRevocations: Weak = { denyList: () => new DeafDenyList() };

const claims = z.object({
  aud: z.union([z.string(), z.array(z.string())]).optional(),
  iat: z.number().optional(),
  cnf: z.object({ jkt: z.string() }).optional(),
});

function claimsOf(token: string): z.infer<typeof claims> {
  return claims.parse(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()));
}

function audiencesOf(token: string): string[] {
  return [claimsOf(token).aud ?? []].flat();
}

function jktOf(accessToken: string): string {
  return claimsOf(accessToken).cnf?.jkt ?? '';
}

/** When the token was young. */
function timeOf(token: string): Date {
  return new Date((claimsOf(token).iat ?? 0) * 1000);
}
