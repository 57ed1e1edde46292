import { type DerElement, DerMalformed, readSequence } from '../der/read.ts';

const utcTime = 0x17;
const generalizedTime = 0x18;

/** Checks that both ends of a validity are instants as RFC 5280, section 4.1.2.5, writes them. */
export function checkValidityPeriod(validity: DerElement): void {
  const [notBefore, notAfter, ...rest] = readSequence(validity);
  if (!notBefore || !notAfter || rest.length > 0 || !isInstant(notBefore) || !isInstant(notAfter)) {
    throw new DerMalformed('not a validity');
  }
}

function isInstant({ identifier, content }: DerElement): boolean {
  const text = content.toString('latin1');
  if (identifier === utcTime) return /^\d{12}Z$/.test(text) && isCalendarTime(`${centuryOf(text)}${text}`);
  return identifier === generalizedTime && /^\d{14}Z$/.test(text) && isCalendarTime(text);
}

/** The two digits of a UTCTime stand for 1950 to 2049. */
function centuryOf(text: string): string {
  return text < '50' ? '20' : '19';
}

/** `YYYYMMDDhhmmssZ` of a day that exists. */
function isCalendarTime(text: string): boolean {
  const iso = text.replace(/^(....)(..)(..)(..)(..)(..)Z$/, '$1-$2-$3T$4:$5:$6.000Z');
  const atMs = Date.parse(iso);
  return !Number.isNaN(atMs) && new Date(atMs).toISOString() === iso;
}
