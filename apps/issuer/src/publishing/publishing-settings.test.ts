import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { publishingSettings, publishingVariables } from './publishing-settings.ts';

const files = { WEB_CERTIFICATE_FILE: '/web.pem', WEB_KEY_FILE: '/web.key' };
const settings = (variables: Record<string, string>) =>
  publishingSettings({
    ...z.object(publishingVariables).parse(variables),
    BIND_ADDRESS: '127.0.0.1',
    JWT_SVID_ISSUER: variables['JWT_SVID_ISSUER'],
  });

describe('what is published', () => {
  it('is nothing unless a port is set, and an empty one is none', () => {
    const nothing = { address: '127.0.0.1', bundleEndpoint: undefined, discovery: undefined };
    expect(settings({})).toEqual(nothing);
    expect(settings({ BUNDLE_ENDPOINT_PORT: '', OIDC_DISCOVERY_PORT: '', WEB_KEY_FILE: '' })).toEqual(
      nothing,
    );
  });

  it('is the bundle by the issuer’s own SVID, or by a certificate of the web', () => {
    expect(settings({ BUNDLE_ENDPOINT_PORT: '8444', PUBLISHING_ADDRESS: '0.0.0.0' })).toMatchObject({
      address: '0.0.0.0',
      bundleEndpoint: { port: 8444, identity: 'issuer-svid' },
    });
    const web = { BUNDLE_ENDPOINT_PORT: '8444', BUNDLE_ENDPOINT_PROFILE: 'https_web' };
    expect(settings({ ...web, ...files }).bundleEndpoint?.identity).toEqual({
      certificateFile: '/web.pem',
      keyFile: '/web.key',
    });
    expect(() => settings(web)).toThrow(/WEB_CERTIFICATE_FILE/);
    expect(() => settings({ ...web, BUNDLE_ENDPOINT_PROFILE: 'https' })).toThrow();
  });

  it('is the keys for the issuer that tokens name, and for none that can’t have discovery', () => {
    const discovery = { OIDC_DISCOVERY_PORT: '443', ...files };
    const issuer = 'https://issuer.test/td';
    expect(settings({ ...discovery, JWT_SVID_ISSUER: issuer }).discovery).toMatchObject({
      port: 443,
      issuer,
    });
    expect(() => settings(discovery)).toThrow(/JWT_SVID_ISSUER/);
    expect(() => settings({ ...discovery, JWT_SVID_ISSUER: `${issuer}?a` })).toThrow(/no query/);
    expect(() => settings({ OIDC_DISCOVERY_PORT: '443', JWT_SVID_ISSUER: issuer })).toThrow(/WEB_KEY_FILE/);
  });
});
