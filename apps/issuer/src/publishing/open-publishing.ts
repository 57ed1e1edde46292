import type { SecureContextOptions } from 'node:tls';
import type { Logger } from '@blastradius/nest-kit';
import type { Authorities } from '../authority/authorities.ts';
import type { TrustBundles } from '../bundle/trust-bundles.ts';
import { discoveryDocument, discoveryKeySet, discoveryPaths } from './discovery-documents.ts';
import { type DocumentServer, type PublishedDocuments, serveDocuments } from './document-server.ts';
import type { PublishingIdentity, PublishingSettings } from './publishing-settings.ts';
import { followWebCertificate, readWebCertificate } from './web-certificate.ts';

export interface PublishingParts {
  readonly settings: PublishingSettings;
  readonly bundles: TrustBundles;
  readonly authorities: Authorities;
  readonly logger: Logger;
  /** The issuer's own certificate and key as they are now. */
  readonly ownIdentity: SecureContextOptions;
}

export interface Publishing {
  readonly bundleEndpointUrl: string | undefined;
  readonly discoveryUrl: string | undefined;
  /** The issuer has another certificate. */
  setOwnIdentity(identity: SecureContextOptions): void;
  close(): Promise<void>;
}

/** Opens the listeners that were asked for: the bundle endpoint, and OpenID discovery. */
export async function openPublishing(parts: PublishingParts): Promise<Publishing> {
  const { bundleEndpoint, discovery } = parts.settings;
  await using opened = new AsyncDisposableStack();
  const open = async (listener: Listener | undefined, documents: () => PublishedDocuments) => {
    if (listener === undefined) return undefined;
    const { server, close } = await openListener(parts, listener, documents());
    opened.defer(close);
    return server;
  };
  const bundleServer = await open(bundleEndpoint, () => bundleDocuments(parts));
  const discoveryServer = await open(discovery, () => discoveryDocuments(parts, discovery?.issuer ?? ''));
  const running = opened.move();
  return {
    bundleEndpointUrl: urlOf(parts, bundleServer),
    discoveryUrl: urlOf(parts, discoveryServer),
    setOwnIdentity: (identity) => {
      if (bundleEndpoint?.identity === 'issuer-svid') bundleServer?.setIdentity(identity);
    },
    close: () => running.disposeAsync(),
  };
}

interface Listener {
  readonly port: number;
  readonly identity: PublishingIdentity;
}

function bundleDocuments({ bundles }: PublishingParts): PublishedDocuments {
  return new Map([['/', () => bundles.spiffeDocument()]]);
}

function discoveryDocuments({ authorities }: PublishingParts, issuer: string): PublishedDocuments {
  const { configuration, keys } = discoveryPaths(issuer);
  return new Map([
    [configuration, async () => discoveryDocument(issuer)],
    [keys, async () => discoveryKeySet((await authorities.state()).jwtAuthorities)],
  ]);
}

async function openListener(
  { settings, logger, ownIdentity }: PublishingParts,
  { port, identity }: Listener,
  documents: PublishedDocuments,
): Promise<{ server: DocumentServer; close: () => Promise<void> }> {
  const options = { documents, address: settings.address, port, logger };
  if (identity === 'issuer-svid') {
    const server = await serveDocuments({ ...options, identity: ownIdentity });
    return { server, close: () => server.close() };
  }
  const server = await serveDocuments({ ...options, identity: await readWebCertificate(identity) });
  const unfollow = followWebCertificate(
    identity,
    (next) => server.setIdentity(next),
    (err) => logger.error({ err }, 'the web certificate can not be taken into use; the last one stays'),
  );
  return {
    server,
    close: () => {
      unfollow();
      return server.close();
    },
  };
}

function urlOf({ settings }: PublishingParts, server: DocumentServer | undefined): string | undefined {
  if (server === undefined) return undefined;
  const host = settings.address.includes(':') ? `[${settings.address}]` : settings.address;
  return `https://${host}:${server.port}`;
}
