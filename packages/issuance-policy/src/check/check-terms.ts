import type { IssuancePolicy } from '@blastradius/contracts';
import { DomainError } from '@blastradius/kernel';
import { CLAIM_NAME_PATTERN, FURTHER_CLAIMS_MAX, RESERVED_CLAIMS } from '@blastradius/pki';
import { parseSpiffeId, parseTrustDomain } from '@blastradius/spiffe';
import { isConstant, isDefect, parseTemplate } from '../template/parse-template.ts';
import { claimText } from '../template/value-shape.ts';
import type { CheckedFor, Complaint } from './complaint.ts';

const KINDS = ['x509', 'jwt', 'wit'] as const;

/** What stands beside the identity: lifetimes, claims, brokers, other trust domains. */
export function checkTerms(policy: IssuancePolicy, context: CheckedFor): Complaint[] {
  return [
    ...checkLifetimes(policy, context),
    ...checkClaims(policy),
    ...checkBrokers(policy, context.trustDomain),
    ...checkFederation(policy, context.trustDomain),
  ];
}

function checkLifetimes({ ttlSeconds = {} }: IssuancePolicy, { ttlSecondsMax }: CheckedFor): Complaint[] {
  return KINDS.flatMap((kind) => {
    const asked = ttlSeconds[kind];
    const most = ttlSecondsMax?.[kind];
    if (asked === undefined || most === undefined || asked <= most) return [];
    const message = `${asked} s is more than the issuer's own ${most} s`;
    return [{ field: ['ttlSeconds', kind], message, suggestion: `${most} or less` }];
  });
}

function checkClaims({ claims = {} }: IssuancePolicy): Complaint[] {
  const entries = Object.entries(claims);
  const tooMany =
    entries.length > FURTHER_CLAIMS_MAX
      ? [
          {
            field: ['claims'],
            message: `it has ${entries.length} claims; ${FURTHER_CLAIMS_MAX} are the limit`,
          },
        ]
      : [];
  const wrong = entries.flatMap(([name, text]): Complaint[] => {
    const field = ['claims', name];
    if (RESERVED_CLAIMS.has(name)) {
      const message = `the claim ${name} is the standard's: no policy may set it`;
      return [{ field, message, suggestion: `another name, such as workload_${name}` }];
    }
    if (!CLAIM_NAME_PATTERN.test(name)) {
      return [
        { field, message: 'the name of a claim is a letter and then at most 127 of A-Z a-z 0-9 _ . : / -' },
      ];
    }
    const parsed = parseTemplate(text);
    if (isDefect(parsed)) return [];
    const literal = parsed.parts.flatMap((part) => (part.kind === 'text' ? [part.text] : [])).join('');
    if (literal === '' || claimText.accepts(literal)) return [];
    return [{ field, message: `a claim is ${claimText.says}` }];
  });
  return [...tooMany, ...wrong];
}

/** One workload each: a pattern that lists brokers by accident would be a hole for all of them. */
function checkBrokers({ brokers = [] }: IssuancePolicy, trustDomain: string | undefined): Complaint[] {
  return brokers.flatMap((text, index): Complaint[] => {
    const field = ['brokers', index];
    const parsed = parseTemplate(text);
    if (isDefect(parsed)) return [{ field, ...parsed }];
    if (!parsed.parts.every(isConstant)) {
      return [{ field, message: 'a broker is one SPIFFE ID, with no placeholder but {{trustDomain}}' }];
    }
    const standIn = trustDomain ?? 'a-trust-domain';
    const spiffeId = parsed.parts.map((part) => (part.kind === 'text' ? part.text : standIn)).join('');
    const suggestion = 'spiffe://{{trustDomain}}/...';
    try {
      const id = parseSpiffeId(spiffeId);
      if (id.path === '') return [{ field, message: 'the SPIFFE ID of a broker has a path' }];
      if (trustDomain === undefined || id.trustDomain === trustDomain) return [];
      return [{ field, message: 'a broker is of our own trust domain', suggestion }];
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return [{ field, message: `a broker is named by its SPIFFE ID (${error.code})`, suggestion }];
    }
  });
}

function checkFederation(
  { federatesWith = [] }: IssuancePolicy,
  trustDomain: string | undefined,
): Complaint[] {
  return federatesWith.flatMap((other, index): Complaint[] => {
    const field = ['federatesWith', index];
    if (other === trustDomain) return [{ field, message: 'it federates with its own trust domain' }];
    try {
      parseTrustDomain(other);
      return [];
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const suggestion = other.startsWith('spiffe://') ? other.slice('spiffe://'.length) : undefined;
      return [{ field, message: `it federates with what is no trust domain (${error.code})`, suggestion }];
    }
  });
}
