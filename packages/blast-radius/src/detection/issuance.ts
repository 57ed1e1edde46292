import { modelOf } from '@blastradius/contracts';
import { type Alarm, alarmAt, type Detection, type OperatorsView } from './detection.ts';

/** The network has accepted a certificate that the issuer has not written down: somebody else has its key. */
export const unissuedCertificate: Detection = {
  id: 'unissued-certificate',
  title: 'A certificate accepted that was never issued',
  appliesTo: (arm) => modelOf(arm) === 'x509-svid',
  watch: ({ audit, issuer }) => {
    const issuedAtMs = new Map(
      issuer.flatMap(({ event, serial, atMs }) =>
        event === 'svid-issued' && serial !== null ? [[serial, atMs] as const] : [],
      ),
    );
    return audit.flatMap((entry): Alarm[] => {
      const { decision, certificateSerial, atMs } = entry;
      if (decision !== 'allowed' || certificateSerial === null) return [];
      return (issuedAtMs.get(certificateSerial) ?? Number.POSITIVE_INFINITY) <= atMs ? [] : [alarmAt(entry)];
    });
  },
};

/**
 * An identity has shown more tokens than it was given. The audit names a token by its hash and the issuer by
 * its `jti`, so that they can only be counted; one too many is told when those in hand are used up.
 */
export const moreTokensThanIssued: Detection = {
  id: 'more-tokens-than-issued',
  title: 'More tokens of an identity than were issued',
  appliesTo: (arm) => ['jwt-svid', 'wit-svid', 'jwt-svid+dpop'].includes(modelOf(arm)),
  watch: (view) => {
    const issued = issuedTokens(view);
    const shown = new Map<string, Set<string>>();
    return view.audit.flatMap((entry): Alarm[] => {
      const { decision, spiffeId, credentialId, certificateSerial, atMs } = entry;
      if (decision !== 'allowed' || spiffeId === null || credentialId === null) return [];
      if (certificateSerial !== null) return [];
      const tokens = shown.get(spiffeId) ?? new Set();
      shown.set(spiffeId, tokens);
      if (tokens.has(credentialId)) return [];
      tokens.add(credentialId);
      const given = (issued.get(spiffeId) ?? []).filter((issuedAtMs) => issuedAtMs <= atMs).length;
      return tokens.size > given ? [alarmAt(entry, { agent: entry.agent ?? nameIn(spiffeId) })] : [];
    });
  },
};

/** When, by identity. Where agents show access tokens, their SVIDs are not what the network sees. */
function issuedTokens({ issuer }: OperatorsView): Map<string, number[]> {
  const tokens = issuer.filter(
    ({ event, kind }) =>
      event === 'access-token-issued' || (event === 'svid-issued' && (kind === 'jwt' || kind === 'wit')),
  );
  const byIdentity = Map.groupBy(tokens, ({ spiffeId }) => spiffeId ?? '');
  return new Map(
    [...byIdentity].map(([spiffeId, records]) => {
      const access = records.filter(({ event }) => event === 'access-token-issued');
      return [spiffeId, (access.length > 0 ? access : records).map(({ atMs }) => atMs)];
    }),
  );
}

function nameIn(spiffeId: string): string {
  return spiffeId.slice(spiffeId.lastIndexOf('/') + 1);
}

const refusals = new Set(['svid-refused', 'node-refused', 'access-token-refused']);

/** Agents ask for what they may have. Workloads that no policy knows the sidecar refuses itself. */
export const refusedAtIssuer: Detection = {
  id: 'refused-at-issuer',
  title: 'The issuer refused somebody',
  appliesTo: (arm) => modelOf(arm) === 'jwt-svid+dpop',
  watch: ({ issuer }) =>
    issuer.flatMap(({ event, minute, spiffeId, reason }): Alarm[] =>
      refusals.has(event)
        ? [{ minute, ledger: 'issuer', recordId: `${event} ${spiffeId ?? 'unknown'} ${reason}` }]
        : [],
    ),
};
