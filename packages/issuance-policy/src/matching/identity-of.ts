import type { PolicyRefusal } from '@blastradius/contracts';
import { parseSpiffeId, SpiffeIdInvalid } from '@blastradius/spiffe';
import { type Filled, fillTemplate, type TemplateValues } from '../template/fill-template.ts';
import type { Template } from '../template/parse-template.ts';
import { claimText, dnsLabel, pathSegment, type ValueShape } from '../template/value-shape.ts';
import type { CompiledPolicy } from './compiled-policy.ts';
import type { GrantedIdentity } from './granted-identity.ts';
import { isReserved } from './reserved-identities.ts';

export type Outcome = { readonly identity: GrantedIdentity } | { readonly refusal: PolicyRefusal };

const HINT_BYTES_MAX = 1024;
export const DNS_NAME =
  /^(?=.{1,253}$)[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)*$/;

/** What the templates of a policy make of these values: all of it, or nothing and why. */
export function identityOf({ policy, templates }: CompiledPolicy, values: TemplateValues): Outcome {
  if ('message' in templates)
    return refuse('template-invalid', `${templates.message}, at character ${templates.offset + 1}`);
  const { id: policyId, federatesWith, ttlSeconds = {} } = policy;
  const spiffeId = fillTemplate(templates.spiffeId, values, pathSegment);
  if ('refusal' in spiffeId) return spiffeId;
  const unusable = unusableId(spiffeId.text, values.trustDomain);
  if (unusable !== undefined) return { refusal: unusable };
  const hint = hintOf(templates.hint, values, policyId);
  if ('refusal' in hint) return hint;
  const dnsNames = fillAll(templates.dnsNames, values, dnsLabel);
  if ('refusal' in dnsNames) return dnsNames;
  const wrongName = dnsNames.texts.find((name) => !DNS_NAME.test(name));
  if (wrongName !== undefined)
    return refuse('identity-unusable', `${JSON.stringify(wrongName)} is no DNS name`);
  const claims = fillAll(
    templates.claims.map(([, template]) => template),
    values,
    claimText,
  );
  if ('refusal' in claims) return claims;
  const tooLong = claims.texts.find((text) => !claimText.accepts(text));
  if (tooLong !== undefined) return refuse('too-long', `a claim is not ${claimText.says}`);
  return {
    identity: {
      spiffeId: spiffeId.text,
      hint: hint.text,
      policyId,
      dnsNames: dnsNames.texts,
      claims: Object.fromEntries(templates.claims.map(([name], index) => [name, claims.texts[index] ?? ''])),
      ttlSeconds,
      ...(federatesWith === undefined ? {} : { federatesWith }),
    },
  };
}

/** One hint for each instance: clients take the first SVID of a hint and drop the others. */
function hintOf(template: Template | undefined, values: TemplateValues, policyId: string): Filled {
  const { instance } = values;
  if (template === undefined) return { text: instance === undefined ? policyId : `${policyId}/${instance}` };
  const filled = fillTemplate(template, values, pathSegment);
  if ('refusal' in filled || Buffer.byteLength(filled.text) <= HINT_BYTES_MAX) return filled;
  return refuse('too-long', `the hint has more than ${HINT_BYTES_MAX} bytes`);
}

function fillAll(
  templates: readonly Template[],
  values: TemplateValues,
  shape: ValueShape,
): { readonly texts: readonly string[] } | { readonly refusal: PolicyRefusal } {
  const texts: string[] = [];
  for (const template of templates) {
    const filled = fillTemplate(template, values, shape);
    if ('refusal' in filled) return filled;
    texts.push(filled.text);
  }
  return { texts };
}

/** No value may make what the standard does not allow, or an identity of the plane itself. */
function unusableId(text: string, trustDomain: string): PolicyRefusal | undefined {
  try {
    const id = parseSpiffeId(text);
    if (id.trustDomain !== trustDomain) return unusable(`${text} is of another trust domain`);
    if (id.path === '') return unusable('the SPIFFE ID of a workload has a path');
    return isReserved(id) ? unusable(`${text} belongs to the identity plane`) : undefined;
  } catch (error) {
    if (!(error instanceof SpiffeIdInvalid)) throw error;
    if (error.code !== 'spiffe-id.too-long') return unusable(`what it makes is no SPIFFE ID (${error.code})`);
    return {
      reason: 'too-long',
      detail: `the SPIFFE ID would have ${text.length} bytes; 2048 are the limit`,
    };
  }
}

function unusable(detail: string): PolicyRefusal {
  return { reason: 'identity-unusable', detail };
}

function refuse(reason: PolicyRefusal['reason'], detail: string): { readonly refusal: PolicyRefusal } {
  return { refusal: { reason, detail } };
}
