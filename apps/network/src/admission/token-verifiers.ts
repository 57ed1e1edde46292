import { modelOf } from '@blastradius/contracts';
import { followIssuerKeys, type IssuerKeys } from '@blastradius/credentials';
import type { Logger } from '@blastradius/nest-kit';
import {
  createBundleSource,
  createWitBundleSource,
  JwtBundleSet,
  WitBundleSet,
  type X509Source,
} from '@blastradius/spiffe';
import type { NetworkConfig } from '../config.ts';
import { sourceOptions } from '../source-options.ts';
import type { Verifiers } from './create-admission.ts';
import type { Verification } from './verification.ts';

/** What clocks may differ by, in seconds of the incident: compressed as the lifetimes are. */
const LEEWAY_SECONDS = 60;

interface TokenVerifierNeeds {
  readonly verification: Verification;
  readonly source: X509Source | null;
  /** Whoever stops the network closes what is opened here. */
  readonly started: AsyncDisposableStack;
  readonly logger: Logger;
}

/** In the arms without tokens nobody asks, and there are no keys that would believe one. */
export async function createTokenVerifiers(
  config: NetworkConfig,
  { verification, source, started, logger }: TokenVerifierNeeds,
): Promise<Pick<Verifiers, 'bearerSvid' | 'boundSvid' | 'boundAccessToken'>> {
  const { workloadApiAddress: endpoint, trustDomain, timeScale } = config;
  const model = modelOf(config.arm);
  const options = endpoint === null ? null : { ...sourceOptions(logger), endpoint };
  const bearer = options && model === 'jwt-svid' ? started.use(await createBundleSource(options)) : null;
  const bound = options && model === 'wit-svid' ? started.use(await createWitBundleSource(options)) : null;
  const issuer =
    source && model === 'jwt-svid+dpop' ? started.use(await issuerKeys(config, source, logger)) : null;
  const leewaySeconds = LEEWAY_SECONDS / timeScale;
  const audience = `spiffe://${trustDomain}/network`;
  return {
    bearerSvid: verification.bearerSvid({
      bundles: () => bearer?.jwtBundles() ?? new JwtBundleSet(),
      audience,
      leewaySeconds,
    }),
    boundSvid: verification.boundSvid({
      bundles: () => bound?.bundles() ?? new WitBundleSet(),
      leewaySeconds,
    }),
    boundAccessToken: verification.boundAccessToken({
      issuer: config.tokenIssuer ?? '',
      keys: () => issuer?.current() ?? new Map(),
      audience,
      leewaySeconds,
    }),
  };
}

function issuerKeys(config: NetworkConfig, source: X509Source, logger: Logger): Promise<IssuerKeys> {
  const { tokenIssuer, trustDomain, tokenKeysRefreshSeconds: refreshSeconds } = config;
  return followIssuerKeys({
    issuer: tokenIssuer ?? '',
    trust: {
      kind: 'spiffe',
      serverId: `spiffe://${trustDomain}/issuer`,
      authorities: () => source.bundles().get(trustDomain)?.authorities ?? [],
    },
    refreshSeconds,
    onError: (err) => logger.warn({ err }, 'the issuer’s keys could not be read; what it last gave goes on'),
  });
}
