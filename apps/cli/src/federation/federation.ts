import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type FederationRelationshipAnswer, issuerAdministration } from '@blastradius/contracts';
import { askIssuer } from '../issuer/ask-issuer.ts';
import { FederationFileUnreadable, FederationNotRefreshed } from './federation.errors.ts';
import { showRelationships } from './show-relationships.ts';

export interface FederationFlags {
  readonly adminSocket: string;
}

export interface AddFlags extends FederationFlags {
  readonly url: string;
  readonly profile: 'https_spiffe' | 'https_web';
  readonly endpointSpiffeId?: string;
  readonly bundle?: string;
  readonly webCa?: string;
}

/** An endpoint may take ten seconds. */
const REFRESH_WITHIN_MS = 30_000;

export async function listFederations({ adminSocket }: FederationFlags): Promise<void> {
  const { relationships } = await askIssuer({
    adminSocket: resolve(adminSocket),
    method: 'GET',
    path: '/admin/federation',
    answer: issuerAdministration.federationList,
  });
  print(relationships);
}

/** Sets it up and asks the endpoint at once, so that what is wrong with it is seen by whoever set it up. */
export async function addFederation(trustDomain: string, flags: AddFlags): Promise<void> {
  const { adminSocket, url, profile, endpointSpiffeId, bundle, webCa } = flags;
  await askIssuer({
    adminSocket: resolve(adminSocket),
    method: 'PUT',
    path: pathOf(trustDomain),
    body: {
      url,
      profile,
      ...(endpointSpiffeId === undefined ? {} : { endpointSpiffeId }),
      ...(bundle === undefined ? {} : { bundle: read(bundle) }),
      ...(webCa === undefined ? {} : { webAuthorities: read(webCa) }),
    },
    answer: issuerAdministration.federationRelationship,
  });
  await refreshFederation(trustDomain, flags);
}

export async function refreshFederation(
  trustDomain: string,
  { adminSocket }: FederationFlags,
): Promise<void> {
  const relationship = await askIssuer({
    adminSocket: resolve(adminSocket),
    method: 'POST',
    path: `${pathOf(trustDomain)}/refresh`,
    answer: issuerAdministration.federationRelationship,
    withinMs: REFRESH_WITHIN_MS,
  });
  print([relationship]);
  if (relationship.failure !== undefined) {
    throw new FederationNotRefreshed(
      `the bundle of ${trustDomain} was not fetched; the issuer goes on trying: ${relationship.failure}`,
    );
  }
}

export async function removeFederation(trustDomain: string, { adminSocket }: FederationFlags): Promise<void> {
  await askIssuer({
    adminSocket: resolve(adminSocket),
    method: 'DELETE',
    path: pathOf(trustDomain),
    answer: issuerAdministration.federationRemoved,
  });
  process.stdout.write(`${trustDomain} is believed no longer\n`);
}

/** The document as it is: what `spire-server bundle set -format spiffe` and `federation add --bundle` read. */
export async function printBundle(
  trustDomain: string | undefined,
  { adminSocket }: FederationFlags,
): Promise<void> {
  const { bundle } = await askIssuer({
    adminSocket: resolve(adminSocket),
    method: 'GET',
    path:
      trustDomain === undefined
        ? '/admin/spiffe-bundle'
        : `/admin/federated-bundles/${encodeURIComponent(trustDomain)}`,
    answer: issuerAdministration.spiffeBundleAnswer,
  });
  process.stdout.write(`${bundle}\n`);
}

function print(relationships: readonly FederationRelationshipAnswer[]): void {
  process.stdout.write(showRelationships(relationships, new Date()));
}

function pathOf(trustDomain: string): string {
  return `/admin/federation/${encodeURIComponent(trustDomain)}`;
}

function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new FederationFileUnreadable(`${file} can't be read: ${String(cause)}`, { cause });
  }
}
