import { isObjectIdentifier, readUnsigned } from '../der/primitives.ts';
import { type DerElement, DerMalformed, readElements, readSequence } from '../der/read.ts';

const tag = { constructed0: 0xa0, primitive0: 0x80, primitive1: 0x81, integer: 0x02 };

/** What other readers of certificates make of extensions that we have no use for, by the hex of the object identifier. */
const checks: Readonly<Record<string, (value: DerElement) => void>> = {
  '551d1f': checkDistributionPoints,
  '551d20': checkPolicies,
  '551d21': checkPolicyMappings,
  '551d24': checkPolicyConstraints,
  '551d36': (value) => checkCount(value),
  '2b06010505070101': checkAccessDescriptions,
};

/**
 * Throws where an extension of RFC 5280 that we pass over is not what it should be: a certificate that Go's
 * reader refuses for it is not one that we rely on.
 */
export function checkUnusedExtension(type: string, value: () => DerElement): void {
  if (Object.hasOwn(checks, type)) checks[type]?.(value());
}

/** 4.2.1.13: names of points to fetch revocation lists from. */
function checkDistributionPoints(value: DerElement): void {
  for (const [name] of readSequence(value).map(readSequence)) {
    if (name?.identifier !== tag.constructed0) continue;
    const [fullName] = readElements(name);
    if (fullName?.identifier !== tag.constructed0) throw new DerMalformed('not a distribution point');
    readElements(fullName);
  }
}

/** 4.2.1.4: each policy once. */
function checkPolicies(value: DerElement): void {
  const policies = readSequence(value).map((policy) => {
    const [identifier] = readSequence(policy);
    assertIdentifier(identifier);
    return identifier?.content.toString('hex');
  });
  if (new Set(policies).size < policies.length) throw new DerMalformed('a policy is repeated');
}

/** 4.2.1.5 */
function checkPolicyMappings(value: DerElement): void {
  for (const [issuer, subject] of readSequence(value).map(readSequence)) {
    assertIdentifier(issuer);
    assertIdentifier(subject);
  }
}

/** 4.2.1.11 */
function checkPolicyConstraints(value: DerElement): void {
  for (const part of readSequence(value)) {
    if (part.identifier !== tag.primitive0 && part.identifier !== tag.primitive1) {
      throw new DerMalformed('not policy constraints');
    }
    checkCount({ ...part, identifier: tag.integer });
  }
}

/** 4.2.2.1 */
function checkAccessDescriptions(value: DerElement): void {
  for (const [method] of readSequence(value).map(readSequence)) assertIdentifier(method);
}

/** How many certificates may follow (4.2.1.14). */
function checkCount(value: DerElement): void {
  if (readUnsigned(value).length > 4) throw new DerMalformed('more certificates than any path has');
}

function assertIdentifier(element: DerElement | undefined): void {
  if (element === undefined || !isObjectIdentifier(element))
    throw new DerMalformed('not an object identifier');
}
