import type { LedgerRecord } from '@blastradius/ledger';
import { z } from 'zod';
import { detection, measureDetection } from './detection/measure-detection.ts';
import { agentsStranded, measureStranded } from './metrics/agents-stranded.ts';
import { attributableForgeries, measureAttribution } from './metrics/attributable-forgeries.ts';
import { agentsImpersonated, credentialsLeaked, credentialsUsableAfterFix } from './metrics/credentials.ts';
import {
  blastArea,
  credentialsAcceptedAtLastTry,
  exposureWindow,
  measureBlastArea,
  minutesToFirstUse,
} from './metrics/exposure.ts';
import { countForgedRequests, forgedRequests } from './metrics/forged-requests.ts';
import { honestRequests, measureHonestRequests } from './metrics/honest-requests.ts';
import { incident, listIncidents } from './metrics/incidents.ts';
import { checkLedgersAgree, ledgersAgree } from './metrics/ledgers-agree.ts';
import { countReads, reads, thirdPartySecretsFound } from './metrics/reads.ts';
import { series, traceSeries } from './metrics/series.ts';
import { credentialSurvival, measureSurvival } from './metrics/survival.ts';
import { type ArmFacts, countAgents, gatherFacts } from './run/arm-facts.ts';
import type { ArmManifest } from './run/run-manifest.ts';

/** The numbers of one arm. Minutes are minutes of the incident unless a name says otherwise. */
export const armResult = z.strictObject({
  control: z.string().nullable().describe('what was taken out or switched off, if this arm is a control'),
  agents: z.int().describe('the population and the load agents: whoever can be a victim'),
  hosting: z.strictObject({ process: z.int(), multiplexed: z.int(), load: z.int() }),
  milestones: z.strictObject({
    startMinute: z.number(),
    leakMinute: z.number().nullable(),
    fixes: z.array(z.strictObject({ id: z.string(), title: z.string(), minute: z.number() })),
    holeClosedMinute: z.number().nullable(),
    resetMinute: z.number().nullable(),
    endMinute: z.number(),
  }),
  credentialsLeaked: z.int(),
  credentialsUsableAfterFix: z.int(),
  credentialsAcceptedAtLastTry: z.int(),
  agentsImpersonated: z.int(),
  forgedRequests,
  privateMessagesRead: z.int(),
  thirdPartySecretsFound: z.int(),
  emailsRead: z.int(),
  reads,
  minutesToFirstUse: z.number().nullable(),
  exposureWindow: z.number().nullable().describe('minutes from the leak to the last accepted use'),
  credentialSurvival,
  blastArea,
  agentsStranded,
  honestRequests,
  svidsIssued: z.int(),
  attributableForgeries,
  detection,
  ledgersAgree,
  incidents: z.array(incident),
  series,
});
export type ArmResult = z.infer<typeof armResult>;

/** Pure: the same manifest and ledgers give the same numbers. */
export function computeArm(run: ArmManifest, records: readonly LedgerRecord[]): ArmResult {
  const facts = gatherFacts(run, records);
  const read = countReads(facts);
  const { clock, leakMinute, fixes, holeClosedMinute, resetMinute, endMinute } = run;
  return {
    control: run.control ?? null,
    agents: countAgents(facts),
    hosting: {
      process: run.processAgents,
      multiplexed: run.multiplexedAgents,
      load: facts.loadAgents.size,
    },
    milestones: {
      startMinute: clock.startMinute,
      leakMinute,
      fixes,
      holeClosedMinute,
      resetMinute,
      endMinute,
    },
    credentialsLeaked: credentialsLeaked(facts),
    credentialsUsableAfterFix: credentialsUsableAfterFix(facts),
    credentialsAcceptedAtLastTry: credentialsAcceptedAtLastTry(facts),
    agentsImpersonated: agentsImpersonated(facts),
    forgedRequests: countForgedRequests(facts),
    privateMessagesRead: read.throughHole.privateMessages + read.withStolenCredential.privateMessages,
    thirdPartySecretsFound: thirdPartySecretsFound(facts),
    emailsRead: read.throughHole.emails + read.withStolenCredential.emails,
    reads: read,
    minutesToFirstUse: minutesToFirstUse(facts),
    exposureWindow: exposureWindow(facts),
    credentialSurvival: measureSurvival(facts),
    blastArea: measureBlastArea(facts),
    agentsStranded: measureStranded(facts),
    honestRequests: measureHonestRequests(facts),
    svidsIssued: facts.issuer.filter(isX509SvidIssued).length,
    attributableForgeries: measureAttribution(facts),
    detection: measureDetection(facts),
    ledgersAgree: checkLedgersAgree(facts),
    incidents: listIncidents(facts),
    series: traceSeries(facts),
  };
}

/** Tokens are minted from the same identities, and as often as they are asked for. */
function isX509SvidIssued({ event, kind }: ArmFacts['issuer'][number]): boolean {
  return event === 'svid-issued' && kind === 'x509';
}
