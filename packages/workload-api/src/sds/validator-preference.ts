import type { EnvoyNode } from './secret-discovery-definition.ts';

/** The key of Envoy's node metadata by which SPIRE, too, turns the validator off. */
const DISABLED_BY = 'disable_spiffe_cert_validation';

/**
 * Whether this Envoy is to get its trust as configuration of its SPIFFE validator, which holds each
 * trust domain to its own authorities, or as plain CA certificates. The rules are SPIRE's: the validator
 * came with Envoy 1.18, a client that tells no version is taken for a newer one, and metadata can refuse it.
 */
export function takesSpiffeValidator(node: EnvoyNode | undefined): boolean {
  const disabled = node?.metadata?.fields?.[DISABLED_BY];
  if (disabled?.boolValue === true || /^(?:true|t|1)$/i.test(disabled?.stringValue ?? '')) return false;
  const version = node?.userAgentBuildVersion?.version;
  if (version === undefined || version === null) return true;
  return version.majorNumber > 1 || (version.majorNumber === 1 && version.minorNumber > 17);
}
