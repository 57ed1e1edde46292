import { setTimeout as pause } from 'node:timers/promises';
import type { Arm, Leak } from '@blastradius/contracts';
import { type Answer, type Presenter, VaultClient, vaultPathOf } from '@blastradius/credentials';
import { createTokenAuthority } from '@blastradius/pki';
import pg from 'pg';
import type { Verification } from '../../src/admission/verification.ts';
import { callOperator } from '../call-operator.ts';
import {
  accessToken,
  enrol,
  forge,
  HOSTED_BACKEND,
  idOf,
  jwtSvid,
  newKey,
  OTHER_SERVER,
  type Place,
  recorded,
  showAccessToken,
  showBearer,
  showHeaders,
  showKey,
  showNothing,
  showWitSvid,
  showX509Svid,
  witSvid,
  x509Svid,
} from './place.ts';
import * as weak from './weak-verification.ts';

/** A fault in the network's verification, and the request of a thief that it makes succeed. */
export interface Mutation {
  readonly arm: Arm;
  /** What the weakened network does, or leaves out. */
  readonly weakened: string;
  readonly weak: Partial<Verification>;
  /** The row of the matrix in which the arm gets worse. */
  readonly leak: Leak;
  /** The figure of the cell that gets worse. */
  readonly worse: 'credentialsUsableAfterFix' | 'agentsImpersonated' | 'forgedRequests';
  /** An honest agent enrols; then a thief writes in its name with what this leak would give it. */
  readonly attack: (place: Place, victim: string) => Promise<Answer>;
}

export const mutations: readonly Mutation[] = [
  {
    arm: 'static-key',
    weakened: 'compares keys by their beginning',
    weak: weak.keysByTheirBeginning,
    leak: 'request-logs',
    worse: 'agentsImpersonated',
    attack: async (place, victim) => {
      // Logs cut secrets short, and think that what is left is none.
      const logged = (await enrol(place, victim, showNothing())).slice(0, 24);
      return forge(place, showKey(logged.padEnd(44, 'A')));
    },
  },
  {
    arm: 'static-key',
    weakened: 'keeps keys that it has seen in memory, past a reset',
    weak: weak.keysCachedForEver,
    leak: 'open-database',
    worse: 'credentialsUsableAfterFix',
    attack: async (place, victim) => keyAfterReset(place, await enrol(place, victim, showNothing())),
  },
  {
    arm: 'hashed-key',
    weakened: 'takes the hash that it keeps for the key',
    weak: weak.hashesForKeys,
    leak: 'database-dump',
    worse: 'agentsImpersonated',
    attack: async (place, victim) => {
      await enrol(place, victim, showNothing());
      return forge(place, showBearer(await columnOf(place, victim)));
    },
  },
  {
    arm: 'scoped-key',
    weakened: 'asks for no scope',
    weak: weak.keysWithoutScopes,
    leak: 'request-logs',
    worse: 'forgedRequests',
    attack: async (place, victim) => {
      await enrol(place, victim, showNothing());
      // Agents read far more often than they write: what a log holds is the key for reading.
      return forge(place, showKey(await columnOf(place, victim)));
    },
  },
  {
    arm: 'vaulted-key',
    weakened: 'takes the version before the last of a key',
    weak: weak.keysCachedForEver,
    leak: 'vault-bootstrap-secret',
    worse: 'credentialsUsableAfterFix',
    attack: async (place, victim) => {
      await enrol(place, victim, showNothing());
      // With secret zero the thief is the agent's host to the vault.
      const secretZero = { role_id: 'agents', secret_id: 'FAKE' };
      const secret = await new VaultClient(place.vaultUrl, () => secretZero).read(vaultPathOf(victim));
      return keyAfterReset(place, secret?.fields['api_key'] ?? '');
    },
  },
  {
    arm: 'rotated-key',
    weakened: 'goes on taking a key that was replaced, past the overlap',
    weak: weak.keysCachedForEver,
    leak: 'request-logs',
    worse: 'credentialsUsableAfterFix',
    attack: async (place, victim) => {
      const logged = await enrol(place, victim, showNothing());
      await forge(place, showKey(logged));
      await rotate(place, victim);
      return forge(place, showKey(logged));
    },
  },
  {
    arm: 'jwt-svid',
    weakened: 'takes a token for another server',
    weak: weak.anyAudience,
    leak: 'man-in-the-middle',
    worse: 'agentsImpersonated',
    attack: async (place, victim) => {
      await enrol(place, victim, showBearer(jwtSvid(place, victim)));
      return forge(place, showBearer(jwtSvid(place, victim, { audience: OTHER_SERVER })));
    },
  },
  {
    arm: 'jwt-svid',
    weakened: 'looks at no end',
    weak: weak.noExpiry,
    leak: 'request-logs',
    worse: 'credentialsUsableAfterFix',
    attack: async (place, victim) => {
      await enrol(place, victim, showBearer(jwtSvid(place, victim)));
      return forge(place, showBearer(jwtSvid(place, victim, { from: -400, to: -100 })));
    },
  },
  {
    arm: 'jwt-svid',
    weakened: 'verifies no signature',
    weak: weak.noSignature,
    leak: 'open-database',
    worse: 'agentsImpersonated',
    attack: async (place, victim) => {
      await enrol(place, victim, showBearer(jwtSvid(place, victim)));
      const authority = await createTokenAuthority(new Date(Date.now() + 3_600_000));
      return forge(place, showBearer(jwtSvid(place, victim, { authority })));
    },
  },
  {
    arm: 'jwt-svid+rls',
    weakened: 'takes a token for the hosted backend',
    weak: weak.anyAudience,
    leak: 'open-database',
    worse: 'agentsImpersonated',
    attack: async (place, victim) => {
      await enrol(place, victim, showBearer(jwtSvid(place, victim)));
      // Agents show one like it at the backend: whoever reads there has it.
      return forge(place, showBearer(jwtSvid(place, victim, { audience: HOSTED_BACKEND })));
    },
  },
  {
    arm: 'jwt-svid+dpop',
    weakened: 'takes a proof by whatever key',
    weak: weak.noBinding,
    leak: 'request-logs',
    worse: 'agentsImpersonated',
    attack: async (place, victim) => {
      const held = await accessToken(place, victim);
      await enrol(place, victim, showAccessToken(held));
      return forge(place, showAccessToken({ ...held, key: newKey() }));
    },
  },
  {
    arm: 'jwt-svid+dpop',
    weakened: 'takes a proof for whatever token',
    weak: weak.noAccessTokenHash,
    leak: 'agent-memory',
    worse: 'agentsImpersonated',
    attack: async (place, victim) => {
      const key = newKey();
      const before = await accessToken(place, victim, { key });
      await enrol(place, victim, showAccessToken(before));
      // Proofs made ahead, while the thief could use the key, and a token that it sees later.
      const { dpop = '' } = await recorded(place, showAccessToken(before));
      const { accessToken: later } = await accessToken(place, victim, { key });
      return forge(place, showHeaders({ authorization: `DPoP ${later}`, dpop }));
    },
  },
  {
    arm: 'jwt-svid+dpop',
    weakened: 'takes a proof again',
    weak: weak.dpopReplay,
    leak: 'man-in-the-middle',
    worse: 'forgedRequests',
    attack: async (place, victim) => {
      const held = await accessToken(place, victim);
      await enrol(place, victim, showAccessToken(held));
      return sendTwice(place, showAccessToken(held));
    },
  },
  {
    arm: 'jwt-svid+dpop',
    weakened: 'looks at no end',
    weak: weak.accessTokenForEver,
    leak: 'retired-agent',
    worse: 'credentialsUsableAfterFix',
    attack: async (place, victim) => {
      await enrol(place, victim, showAccessToken(await accessToken(place, victim)));
      return forge(place, showAccessToken(await accessToken(place, victim, { from: -400, to: -100 })));
    },
  },
  {
    arm: 'wit-svid',
    weakened: 'looks at no proof',
    weak: weak.proofByAnyone,
    leak: 'request-logs',
    worse: 'agentsImpersonated',
    attack: async (place, victim) => {
      const held = witSvid(place, victim);
      await enrol(place, victim, showWitSvid(held));
      return forge(place, showWitSvid({ ...held, privateKey: newKey().privateKey }));
    },
  },
  {
    arm: 'wit-svid',
    weakened: 'takes a proof for another request',
    weak: weak.proofForAnyTarget,
    leak: 'man-in-the-middle',
    worse: 'forgedRequests',
    attack: async (place, victim) => {
      const held = witSvid(place, victim);
      await enrol(place, victim, showWitSvid(held));
      return forge(place, showHeaders(await recorded(place, showWitSvid(held), '/api/v1/feed')));
    },
  },
  {
    arm: 'wit-svid',
    weakened: 'takes a proof again',
    weak: weak.witReplay,
    leak: 'man-in-the-middle',
    worse: 'forgedRequests',
    attack: async (place, victim) => {
      const held = witSvid(place, victim);
      await enrol(place, victim, showWitSvid(held));
      return sendTwice(place, showWitSvid(held));
    },
  },
  {
    arm: 'wit-svid',
    weakened: 'looks at no end',
    weak: weak.witForEver,
    leak: 'retired-agent',
    worse: 'credentialsUsableAfterFix',
    attack: async (place, victim) => {
      await enrol(place, victim, showWitSvid(witSvid(place, victim)));
      return forge(place, showWitSvid(witSvid(place, victim, { from: -400, to: -100 })));
    },
  },
  {
    arm: 'x509-svid',
    weakened: 'verifies no chain',
    weak: weak.noChain,
    leak: 'open-database',
    worse: 'agentsImpersonated',
    attack: async (place, victim) => {
      await enrol(place, victim, showX509Svid(await x509Svid(place, victim)));
      return forge(place, showX509Svid(await x509Svid(place, victim, { authority: place.rogue })));
    },
  },
  {
    arm: 'x509-svid',
    weakened: 'looks at no end',
    weak: weak.certificatesForEver,
    leak: 'retired-agent',
    worse: 'credentialsUsableAfterFix',
    attack: async (place, victim) => {
      await enrol(place, victim, showX509Svid(await x509Svid(place, victim)));
      return forge(place, showX509Svid(await x509Svid(place, victim, { from: -400, to: -100 })));
    },
  },
  {
    arm: 'x509-svid',
    weakened: 'believes an authority for any trust domain',
    weak: weak.authoritiesForAll,
    leak: 'issuer-signing-key',
    worse: 'agentsImpersonated',
    attack: async (place, victim) => {
      await enrol(place, victim, showX509Svid(await x509Svid(place, victim)));
      return forge(place, showX509Svid(await x509Svid(place, victim, { authority: place.neighbour })));
    },
  },
  {
    arm: 'x509-svid+policy',
    weakened: 'permits everything',
    weak: weak.everythingPermitted,
    leak: 'host-root',
    worse: 'forgedRequests',
    attack: async (place) => {
      // The SVID of an agent that only ever reads.
      const stolen = await x509Svid(place, place.reader);
      await enrol(place, place.reader, showX509Svid(stolen));
      return forge(place, showX509Svid(stolen));
    },
  },
  {
    arm: 'x509-svid+revocation-push',
    weakened: 'looks at no deny list',
    weak: weak.deafToRevocations,
    leak: 'host-root',
    worse: 'credentialsUsableAfterFix',
    attack: async (place, victim) => {
      const stolen = await x509Svid(place, victim);
      await enrol(place, victim, showX509Svid(stolen));
      const identities = [{ spiffeId: idOf(victim), issuedBeforeMs: Date.now() }];
      const order = { reason: 'the host was taken', identities };
      await callOperator(place.network.operatorSocket, 'POST', '/operator/revocations', order);
      return forge(place, showX509Svid(stolen));
    },
  },
];

/** A key that was stolen and used before the operator resets them all. */
async function keyAfterReset(place: Place, stolen: string): Promise<Answer> {
  await forge(place, showKey(stolen));
  const { operatorSocket } = place.network;
  const { body } = await callOperator(operatorSocket, 'POST', '/operator/key-resets');
  await until(async () => {
    const { body: reset } = await callOperator(
      operatorSocket,
      'GET',
      `/operator/key-resets/${body.campaignId}`,
    );
    return reset.state === 'finished';
  });
  return forge(place, showKey(stolen));
}

/** At least one rotation, and its overlap: the key before has ended. */
async function rotate({ network: { operatorSocket } }: Place, agent: string): Promise<void> {
  const order = { periodSeconds: 2, overlapSeconds: 1 };
  const path = '/operator/replaced-keys?afterMs=0';
  await callOperator(operatorSocket, 'PUT', '/operator/key-rotation', order);
  await until(async () => {
    const { body } = await callOperator(operatorSocket, 'GET', path);
    return body.keys.some((replaced: { agent: string }) => replaced.agent === agent);
  });
  await pause(1500);
}

/** The owner's own request, and the same once more by whoever was between. */
async function sendTwice(place: Place, presenter: Presenter): Promise<Answer> {
  const headers = await recorded(place, presenter);
  const first = await forge(place, showHeaders(headers));
  if (first.outcome !== 'accepted') throw new TypeError(`the owner was refused: ${first.status}`);
  return forge(place, showHeaders(headers));
}

/** What a dump of the table holds. */
async function columnOf({ databaseUrl }: Place, agent: string): Promise<string> {
  const client = new pg.Client(databaseUrl);
  await client.connect();
  try {
    const { rows } = await client.query('select api_key from agents where name = $1', [agent]);
    return rows[0].api_key;
  } finally {
    await client.end();
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const deadlineMs = performance.now() + 60_000;
  while (!(await isSo())) {
    if (performance.now() > deadlineMs) throw new TypeError('it did not come about within a minute');
    await pause(50);
  }
}
