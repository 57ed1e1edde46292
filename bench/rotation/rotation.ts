import { join } from 'node:path';
import { type Bench, type Session, wholeNumber } from '../harness/bench.ts';
import { topOfProfile } from './profile.ts';
import { type PeakMemory, type RotationOutcome, rotate } from './rotate.ts';
import { identitiesOf, type Shape, shapeOf } from './shape.ts';
import { refreshHintSeconds } from './trust-domain.ts';

/** As many as a control needs for someone to be between the new authority and the old bundle. */
const controlIdentities = 2000;

/** How long it takes until nothing is left that a tainted authority has signed, and what everyone notices of it. */
export const rotation: Bench = {
  name: 'rotation',
  summary: 'forced rotation of 100,000 identities under honest requests, by real processes',
  flags: {
    identities: { type: 'string' },
    rate: { type: 'string' },
    within: { type: 'string' },
    profile: { type: 'string' },
  },
  run: async (session) => {
    const identities = wholeNumber(session, 'identities', session.quick ? 200 : 100_000);
    const requestsPerSecond = wholeNumber(session, 'rate', session.quick ? 20 : 50);
    const withinSeconds = wholeNumber(session, 'within', session.quick ? 60 : 300);
    const common = { requestsPerSecond, withinSeconds, say: session.say };
    const shape = shapeOf(identities);
    session.say(shapeLine(shape));
    const calmSeconds = session.quick ? 1 : 5;
    const publishSeconds = 3 * refreshHintSeconds;
    const profileFolder = session.flags['profile'];
    tell(session, await rotate({ ...common, shape, publishSeconds, calmSeconds, profileFolder }));
    if (profileFolder !== undefined) tellProfiles(session, profileFolder);

    session.say('control: the new authority signs before anyone knows of it');
    const few = shapeOf(Math.min(identities, controlIdentities));
    const control = await rotate({ ...common, shape: few, publishSeconds: 0, calmSeconds });
    tellControl(session, control);
  },
};

function shapeLine({ sidecars, workloads, agents }: Shape): string {
  const identities = identitiesOf({ sidecars, workloads, agents }).toLocaleString('en');
  return `${identities} identities: ${sidecars} sidecars with ${workloads} workload processes of ${agents} agents each`;
}

function tell(session: Session, outcome: RotationOutcome): void {
  const { replacedMs, requests, memory } = outcome;
  const ofIdentities = `of ${outcome.identities.toLocaleString('en')}, from the taint to the workload`;
  const figure = (name: string, value: number, unit = '', note = '') =>
    session.figure({ name, value, unit, ...(note && { note }) });
  figure('identities', outcome.identities);
  figure('first issued', seconds(outcome.firstIssuedMs), 's', 'from nothing: processes, database, all SVIDs');
  figure('50 % replaced', seconds(replacedMs.half), 's', ofIdentities);
  figure('95 % replaced', seconds(replacedMs.most), 's', ofIdentities);
  figure('100 % replaced', seconds(replacedMs.all), 's', ofIdentities);
  figure('not replaced', outcome.identities - outcome.replaced, '', 'still of the old authority');
  figure('same serial number', outcome.sameSerial);
  figure('honest requests sent', requests.sent, '', 'each a handshake by an identity that was drawn');
  figure('honest requests failed', requests.sent - requests.accepted, '', causes(requests.failed));
  figure('honest requests not sent', requests.dropped, '', 'too many were under way');
  figure('request p50', requests.p50Ms, 'ms');
  figure('request p99', requests.p99Ms, 'ms');
  figure('peak memory of the issuer', memory.issuer.peakMib, 'MiB', before(memory.issuer));
  tellPeak(session, 'peak memory of a sidecar', memory.sidecars);
  tellPeak(session, 'peak memory of a workload', memory.workloads);
  figure('complete states sent', outcome.updates, '', 'over all streams');
  session.text('rotation', JSON.stringify(outcome, null, 2).split('\n'));
}

function tellControl(session: Session, { requests, verifier, ...outcome }: RotationOutcome): void {
  const failed = requests.sent - requests.accepted;
  const name = 'control: honest requests failed where nothing is published ahead';
  session.figure({ name, value: failed, unit: '', note: `of ${requests.sent}; ${causes(requests.failed)}` });
  session.text('control', JSON.stringify({ ...outcome, requests, verifier }, null, 2).split('\n'));
  if (failed > 0) return;
  session.skip('the control', 'no failure could be provoked: a count of zero above may mean nothing');
}

function tellProfiles(session: Session, folder: string): void {
  for (const name of ['issuer', 'sidecar'])
    session.text(`profile of ${name}`, topOfProfile(join(folder, name)));
}

function tellPeak(session: Session, name: string, all: readonly PeakMemory[]): void {
  const highest = all.reduce((high, one) => (one.peakMib > high.peakMib ? one : high));
  session.figure({
    name,
    value: highest.peakMib,
    unit: 'MiB',
    note: `highest of ${all.length}; ${before(highest)}`,
  });
}

function before({ beforeMib }: PeakMemory): string {
  return `${beforeMib} MiB before the order`;
}

function causes(failed: Readonly<Record<string, number>>): string {
  const each = Object.entries(failed).map(([cause, count]) => `${count} ${cause}`);
  return each.length === 0 ? 'no cause' : each.join(', ');
}

function seconds(ms: number): number {
  return Math.round(ms / 100) / 10;
}
