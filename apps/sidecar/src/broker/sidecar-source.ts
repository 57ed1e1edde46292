import { createPrivateKey } from 'node:crypto';
import { createX509Svid, type MtlsOptions, X509BundleSet } from '@blastradius/spiffe';
import type { SidecarIdentity } from '../issuer-client/sidecar-identity.ts';
import type { TrustBundles } from '../svid-store/trust-bundles.ts';

/** The sidecar's own SVID, and our trust domain's bundle, for servers of its own. */
export function sidecarSource(identity: SidecarIdentity, bundles: TrustBundles): MtlsOptions['source'] {
  return {
    svid: () => {
      const { certificateChain: certificates, privateKeyPem } = identity.svid;
      return createX509Svid({ certificates, privateKey: createPrivateKey(privateKeyPem) });
    },
    bundles: () => {
      const { trustDomain, x509Authorities } = bundles.current.document;
      const authorities = x509Authorities.map((der) => Buffer.from(der, 'base64'));
      return new X509BundleSet([{ trustDomain, authorities }]);
    },
    onUpdate: (listener) => {
      bundles.onChange(listener);
      identity.onRenewed(listener);
      // Both live as long as the process does.
      return () => {};
    },
  };
}
