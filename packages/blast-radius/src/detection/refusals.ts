import { type Arm, holdsKeys, modelOf } from '@blastradius/contracts';
import { alarmAt, type Detection } from './detection.ts';
import type { DetectionId } from './detection-id.ts';

interface Refusal {
  readonly id: DetectionId;
  readonly title: string;
  readonly reasons: readonly string[];
  readonly appliesTo: (arm: Arm) => boolean;
}

/** What the network refuses, apart by what an honest agent might have done as well. */
const refusals: readonly Refusal[] = [
  {
    id: 'refused-proof',
    title: 'A proof of possession refused',
    reasons: ['admission.untrusted-proof'],
    appliesTo: (arm) => ['wit-svid', 'jwt-svid+dpop'].includes(modelOf(arm)),
  },
  {
    id: 'made-up-credential',
    title: 'Something made up, or nothing, was shown',
    reasons: [
      'admission.missing-credential',
      'admission.malformed-key',
      'admission.untrusted-certificate',
      'admission.untrusted-token',
    ],
    // Where what was taken is a key, nobody makes up another.
    appliesTo: (arm) => !holdsKeys(arm) || arm === 'hashed-key',
  },
  {
    id: 'foreign-identity',
    title: 'An identity was shown that is no agent’s',
    reasons: ['admission.foreign-identity', 'admission.no-agent-for-identity'],
    appliesTo: (arm) => modelOf(arm) === 'x509-svid',
  },
  {
    id: 'ended-credential',
    title: 'A credential was shown after its end',
    reasons: ['admission.expired-svid', 'admission.expired-token', 'admission.revoked-svid'],
    appliesTo: (arm) => !holdsKeys(arm),
  },
  {
    id: 'unknown-key',
    title: 'A key was shown that is nobody’s',
    reasons: ['admission.unknown-key'],
    appliesTo: holdsKeys,
  },
];

export const refusedCredentials: readonly Detection[] = refusals.map(({ reasons, ...rest }) => ({
  ...rest,
  watch: ({ audit }) => audit.filter(({ reason }) => reasons.includes(reason)).map((entry) => alarmAt(entry)),
}));
