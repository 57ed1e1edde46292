import type { HonestFailures, LifecycleReport, VerifiedTheft } from './lifecycle-report.ts';

/** For the terminal. */
export function renderLifecycle(report: LifecycleReport): string {
  const { refreshHintSeconds, thefts, x509, jwt, wit, underLoad } = report;
  return [
    `Keys through their life, under load${underLoad ? '' : ' (which ended BEFORE the last revocation)'}; refresh hint ${refreshHintSeconds} s`,
    ...thefts.map(theftLine),
    honestLine('requests with X509-SVIDs', x509),
    honestLine('uses of JWT-SVIDs', jwt),
    honestLine('uses of WIT-SVIDs', wit),
  ].join('\n');
}

function theftLine(theft: VerifiedTheft): string {
  const { kind, verifier, acceptedAfterRevocationMs: afterMs, refusedInTime } = theft;
  const before = theft.acceptedBeforeRevocation ? 'accepted before' : 'NOT ACCEPTED EVEN BEFORE';
  const last = afterMs === null ? 'never' : `${afterMs} ms after the revocation`;
  const verdict = refusedInTime ? 'in time' : 'TOO LATE';
  return `  ${`${kind} at ${verifier}`.padEnd(20)} ${before}; accepted for the last time ${last}: ${verdict}`;
}

function honestLine(what: string, { sent, failed, causes }: HonestFailures): string {
  const because = failed === 0 ? '' : `: ${JSON.stringify(causes)}`;
  return `  honest ${what}: ${sent} sent, ${failed} failed${because}`;
}
