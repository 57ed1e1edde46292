import type { Ratio } from '@blastradius/blast-radius';

const whole = new Intl.NumberFormat('en');
const armNames: Readonly<Record<string, string>> = {
  'static-key': 'Static key',
  'hashed-key': 'Hashed key',
  'scoped-key': 'Scoped key',
  'vaulted-key': 'Vaulted key',
  'rotated-key': 'Rotated key',
  'jwt-svid': 'JWT identity',
  'jwt-svid+dpop': 'JWT with DPoP',
  'jwt-svid+rls': 'JWT with RLS',
  'wit-svid': 'WIT identity',
  'x509-svid': 'X.509 identity',
  'x509-svid+policy': 'X.509 with policy',
  'x509-svid+revocation-push': 'X.509 with push',
};

export const armName = (arm: string) => armNames[arm] ?? arm;
export const count = (value: number) => whole.format(value);
export const outOf = (value: number, of: number) => `${count(value)} of ${count(of)}`;

/** Never rounded up to 100 %: 99.96 % is not all. */
export function percent(share: number | null): string {
  if (share === null) return 'none';
  return `${Math.floor(share * 10_000) / 100} %`;
}

/** Minutes of the incident: `5 h 29 min`. */
export function duration(minutes: number | null, none = 'none'): string {
  if (minutes === null) return none;
  if (minutes < 10) return `${Math.round(minutes * 10) / 10} min`;
  const total = Math.round(minutes);
  const hours = Math.floor(total / 60);
  return [hours > 0 ? `${count(hours)} h` : '', total % 60 > 0 ? `${total % 60} min` : ''].join(' ').trim();
}

export const agentHours = (agentMinutes: number) =>
  `${count(agentMinutes >= 6000 ? Math.round(agentMinutes / 60) : Math.round(agentMinutes / 6) / 10)} agent-hours`;
export const perSecond = (value: number | null) =>
  value === null ? 'none' : count(Math.round(value * 10) / 10);
export const seconds = (value: number) => `${count(Math.round(value * 10) / 10)} s`;

const threeDigits = new Intl.NumberFormat('en', { maximumSignificantDigits: 3 });
/** An interval from two pairs may be astronomically wide; its far ends are words, not digits. */
export function ratioText(value: number): string {
  if (value > 10_000) return 'over 10,000';
  if (value < 0.0001) return 'under 0.0001';
  return value > 0.1 && value < 10 ? value.toFixed(3) : threeDigits.format(value);
}

/** `0.982 (95 %: 0.951 to 1.014, 2 pairs)` */
export function intervalText({ pairs, ratio, low, high }: Ratio): string {
  if (ratio === null) return 'no pair of blocks to compare';
  if (low === null || high === null) return `${ratioText(ratio)} (one pair: no interval)`;
  return `${ratioText(ratio)} (95 %: ${ratioText(low)} to ${ratioText(high)}, ${count(pairs)} pairs)`;
}

export const milliseconds = (value: number | null) =>
  value === null ? 'none' : `${count(Math.round(value * 10) / 10)} ms`;

const presentedNames: Readonly<Record<string, string>> = {
  nothing: 'No credential at all',
  'publishable-key': 'The publishable key of the web page',
  'static-key': 'A static key from the open table',
  'key-hash': 'The hash of a key from the open table',
  'spiffe-id-as-name': 'The SPIFFE ID, as a name',
  'rogue-ca-certificate': 'A certificate from the thief’s own CA',
  'rogue-signed-token': 'A token signed by the thief’s own key',
  'jwt-svid-from-backup': 'A token from a backup',
  'wit-svid-from-backup': 'A token from a backup, with its key',
  'expired-svid': 'An SVID from a backup, with its key',
  'stolen-key': 'A stolen key',
  'stolen-jwt-svid': 'A stolen bearer token',
  'stolen-wit-svid': 'A stolen token with its key',
  'wit-svid-without-key': 'A stolen token without its key',
  'stolen-x509-svid': 'A stolen certificate with its key',
  'x509-svid-without-key': 'A stolen certificate without its key',
  'stolen-access-token': 'A stolen access token with its key',
  'access-token-without-key': 'A stolen access token without its key',
  'replayed-request': 'A recorded request, once more',
  'workload-api-svid': 'An SVID that the sidecar gave the thief',
  'minted-svid': 'A certificate that the thief minted with the issuer’s key',
  'minted-token': 'A token that the thief signed with the issuer’s key',
};
export const presentedName = (presented: string) => presentedNames[presented] ?? presented;
