import type { IssuancePolicy } from '@blastradius/contracts';
import { closest } from '@blastradius/kernel';
import { parseSpiffeId, SpiffeIdInvalid } from '@blastradius/spiffe';
import { DNS_NAME } from '../matching/identity-of.ts';
import { isReserved } from '../matching/reserved-identities.ts';
import { placeholdersOf } from '../selector/selector-pattern.ts';
import { isDefect, parseTemplate, placesOf, type Template } from '../template/parse-template.ts';
import { claimText, crowdedPlace, dnsLabel, pathSegment, type ValueShape } from '../template/value-shape.ts';
import type { Complaint } from './complaint.ts';

/** So short that what is too long with it is too long with everything. */
const SAMPLE = 'x';

interface Read {
  readonly field: readonly (string | number)[];
  readonly template: Template;
}

/** Selectors and templates: what captures, what is filled, and with what. */
export function checkTemplates(policy: IssuancePolicy, trustDomain: string | undefined): Complaint[] {
  const complaints = policy.selectors.flatMap(checkSelector);
  const read = (field: readonly (string | number)[], text: string, shape: ValueShape): Read[] => {
    const template = parseTemplate(text);
    const found = isDefect(template) ? [template] : complaintsOf(template, shape, policy);
    complaints.push(...found.map((complaint) => ({ field, ...complaint })));
    return isDefect(template) || found.length > 0 ? [] : [{ field, template }];
  };
  const ids = read(['spiffeId'], policy.spiffeId, pathSegment);
  const dnsNames = policy.dnsNames.flatMap((name, index) => read(['dnsNames', index], name, dnsLabel));
  if (policy.hint !== undefined) read(['hint'], policy.hint, pathSegment);
  for (const [name, text] of Object.entries(policy.claims ?? {})) read(['claims', name], text, claimText);
  return [
    ...complaints,
    ...ids.flatMap(({ template }) => [
      ...checkId(template, trustDomain),
      ...checkInstances(template, policy),
    ]),
    ...dnsNames.flatMap((name) => checkDnsName(name, trustDomain)),
  ];
}

function checkSelector(text: string, index: number): Complaint[] {
  const field = ['selectors', index];
  const attribute = /\{\{[^{}]*\}\}/.exec(text);
  if (attribute !== null) {
    const message = 'a selector captures with {name}; an attribute stands in a template alone';
    return [{ field, offset: attribute.index, message }];
  }
  const reserved = placeholdersOf(text).find((name) => ['trustDomain', 'instance'].includes(name));
  if (reserved === undefined) return [];
  return [
    { field, offset: text.indexOf(`{${reserved}}`), message: `a selector must not capture {${reserved}}` },
  ];
}

function complaintsOf(
  template: Template,
  shape: ValueShape,
  { selectors, instances }: IssuancePolicy,
): Omit<Complaint, 'field'>[] {
  const captured = [...new Set(selectors.flatMap(placeholdersOf))];
  const known = [...captured, 'trustDomain', ...(instances === undefined ? [] : ['instance'])];
  for (const { kind, name, offset } of placesOf(template)) {
    if (kind === 'attribute' && (name !== 'instance' || instances !== undefined)) continue;
    if (known.includes(name)) continue;
    const written = kind === 'capture' ? `{${name}}` : `{{${name}}}`;
    const near = closest(name, known);
    const suggestion = near === undefined ? undefined : `{${near}}`;
    return [{ offset, message: `nothing gives ${written} a value`, suggestion }];
  }
  const crowded = crowdedPlace(template.parts, shape);
  if (crowded === undefined) return [];
  const piece = shape.separator === undefined ? 'text' : `piece between "${shape.separator}"`;
  const message = `two placeholders share one ${piece}: two workloads with different values could get the same`;
  const suggestion = shape.separator === undefined ? undefined : `a "${shape.separator}" between them`;
  return [{ offset: crowded, message, suggestion }];
}

/** With the shortest samples the template has to make a SPIFFE ID that may be granted. */
function checkId(template: Template, trustDomain: string | undefined): Complaint[] {
  const complain = (message: string, suggestion?: string): Complaint[] => [
    { field: ['spiffeId'], message, suggestion },
  ];
  if (!template.text.startsWith('spiffe://')) {
    return complain('the template makes no SPIFFE ID', 'spiffe://{{trustDomain}}/...');
  }
  const standIn = trustDomain ?? 'a-trust-domain';
  try {
    const id = parseSpiffeId(filledWith(template, standIn, SAMPLE));
    const another = parseSpiffeId(filledWith(template, standIn, `${SAMPLE}${SAMPLE}`));
    const isOurs = trustDomain === undefined || id.trustDomain === trustDomain;
    if (!isOurs || another.trustDomain !== id.trustDomain)
      return complain('it leaves the trust domain', '{{trustDomain}}');
    if (id.path === '') return complain('the SPIFFE ID of a workload has a path');
    return isReserved(id) ? complain('this identity belongs to the identity plane') : [];
  } catch (error) {
    if (!(error instanceof SpiffeIdInvalid)) throw error;
    return complain(`the template makes no SPIFFE ID (${error.code})`);
  }
}

function checkInstances(template: Template, { instances }: IssuancePolicy): Complaint[] {
  if (instances === undefined || placesOf(template).some(({ name }) => name === 'instance')) return [];
  return [{ field: ['spiffeId'], message: 'it has instances, and the template does not use {instance}' }];
}

function checkDnsName({ field, template }: Read, trustDomain: string | undefined): Complaint[] {
  if (DNS_NAME.test(filledWith(template, trustDomain ?? 'a-trust-domain', SAMPLE))) return [];
  return [{ field, message: 'the template makes no DNS name' }];
}

function filledWith({ parts }: Template, trustDomain: string, sample: string): string {
  return parts
    .map((part) => {
      if (part.kind === 'text') return part.text;
      return part.name === 'trustDomain' ? trustDomain : sample;
    })
    .join('');
}
