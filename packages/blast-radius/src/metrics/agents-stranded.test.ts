import { describe, expect, it } from 'vitest';
import { fakeAudit, fakeFacts, fakeHonest, fakeWorld } from '../run/fake-ledgers.ts';
import { measureStranded } from './agents-stranded.ts';

const refused = (minute: number, agent: string) =>
  fakeHonest({ minute, agent, outcome: 'refused', status: 401 });

describe('an agent is stranded', () => {
  it('from the reset of its credential until its next accepted request', () => {
    const facts = fakeFacts([
      fakeHonest({ minute: 290 }),
      fakeWorld({ minute: 300, subject: 'Ada' }),
      refused(320, 'Ada'),
      fakeHonest({ minute: 360 }),
      fakeHonest({ minute: 400 }),
    ]);
    expect(measureStranded(facts)).toMatchObject({ ever: 1, atEnd: 0, agentMinutes: 60, recoveredShare: 1 });
  });

  it('from the first 401, if that comes first', () => {
    const facts = fakeFacts([refused(280, 'Ada'), fakeWorld({ minute: 300 }), fakeHonest({ minute: 310 })]);
    expect(measureStranded(facts).agentMinutes).toBe(30);
  });

  it.each([
    ['a TLS handshake refuses it', 'refused', 'ERR_SSL_SSLV3_ALERT_CERTIFICATE_EXPIRED'],
    ['it refuses the network’s certificate', 'failed', 'CERT_HAS_EXPIRED'],
    ['it has no SVID to show', 'failed', 'credential-missing (fleet.identity-missing)'],
    ['nobody gives it one', 'failed', 'credential-missing (workload-api.unavailable)'],
  ] as const)('when %s, as when a key is refused', (_why, outcome, error) => {
    const failed = fakeHonest({ minute: 280, outcome, status: null, error });
    expect(measureStranded(fakeFacts([failed])).atEnd).toBe(1);
  });

  it('not if it is a load agent, which has no owner to bring it back', () => {
    const facts = fakeFacts([
      fakeHonest({ minute: 10, agent: 'Load', hosting: 'load' }),
      fakeWorld({ minute: 300, subject: 'Load' }),
      { ...refused(320, 'Load'), hosting: 'load' },
    ]);
    expect(measureStranded(facts).ever).toBe(0);
  });

  it('until the end of the run, if it never comes back', () => {
    const facts = fakeFacts([fakeWorld({ minute: 300 }), refused(320, 'Ada')]);
    expect(measureStranded(facts)).toMatchObject({
      atEnd: 1,
      agentMinutes: 180,
      recoveredShare: 0,
      minutesUntil50PercentBack: null,
    });
  });

  it('still, when an answer to a request from before the reset arrives after it', () => {
    const late = fakeHonest({ minute: 301 });
    const decidedBefore = fakeAudit(late, { atMs: fakeHonest({ minute: 299 }).atMs });
    const facts = fakeFacts([late, decidedBefore, fakeWorld({ minute: 300 }), fakeHonest({ minute: 350 })]);
    expect(measureStranded(facts).agentMinutes).toBe(50);
  });
});

describe('an agent is not stranded', () => {
  it('by a rate limit, a full stop of the network or a request for something that is gone', () => {
    const facts = fakeFacts([
      fakeHonest({ minute: 1, outcome: 'refused', status: 429 }),
      fakeHonest({ minute: 2, outcome: 'failed', status: null, error: 'ECONNREFUSED' }),
      fakeHonest({ minute: 3, outcome: 'refused', status: 404 }),
    ]);
    expect(measureStranded(facts)).toMatchObject({ ever: 0, agentMinutes: 0, recoveredShare: null });
  });
});

it('counts minutes until so many are back from the reset', () => {
  const facts = fakeFacts([
    ...['Ada', 'Bo', 'Cy', 'Di'].map((subject) => fakeWorld({ minute: 301, subject })),
    fakeHonest({ minute: 310, agent: 'Ada' }),
    fakeHonest({ minute: 350, agent: 'Bo' }),
    fakeHonest({ minute: 400, agent: 'Cy' }),
  ]);
  expect(measureStranded(facts)).toMatchObject({
    ever: 4,
    recoveredShare: 0.75,
    minutesUntil50PercentBack: 50,
    minutesUntil95PercentBack: null,
    minutesUntil100PercentBack: null,
  });
});
