import type { Arm, TrialProgress } from '@blastradius/stack';

/** What is known of one world at the moment. */
export interface ArmView {
  readonly arm: Arm;
  readonly phase: string;
  readonly progress: TrialProgress | null;
  readonly requestsPerSecond: number;
}

const COLUMN = 37;
const LABEL = 20;

/** The live picture as lines of text: one column for each world. */
export function progressLines(views: readonly ArmView[]): string[] {
  const row = (label: string, cell: (view: ArmView) => string) =>
    label.padEnd(LABEL) +
    views
      .map((view) =>
        cell(view)
          .slice(0, COLUMN - 1)
          .padEnd(COLUMN),
      )
      .join('');
  const thief = (key: string) => (view: ArmView) => format(view.progress?.thief[key] ?? 0);
  return [
    row('', (view) => view.arm),
    row('incident clock', (view) => (view.progress ? incidentClock(view.progress.minute) : view.phase)),
    row('', (view) => view.progress?.phase ?? ''),
    row('honest requests/s', (view) => format(view.requestsPerSecond)),
    row('  accepted', (view) => format(view.progress?.honest['accepted'] ?? 0)),
    row('  refused, failed', (view) =>
      format((view.progress?.honest['refused'] ?? 0) + (view.progress?.honest['failed'] ?? 0)),
    ),
    row('the thief has', (view) => `${thief('credentials')(view)} usable credentials`),
    row(
      '',
      (view) =>
        `${thief('messagesRead')(view)} private messages, ${thief('secretsFound')(view)} secrets in them`,
    ),
    row('', (view) => `${thief('throughHoleAccepted')(view)} writes through the hole`),
    row('', (view) => `${thief('impersonated')(view)} agents impersonated`),
    row(
      '',
      (view) =>
        `${thief('forgedAccepted')(view)} forgeries accepted, ${thief('forgedRefused')(view)} refused`,
    ),
  ].map((line) => line.trimEnd());
}

/** One line, for a log or a terminal that can't move its cursor. */
export function progressLine(view: ArmView): string {
  const { progress } = view;
  if (!progress) return `[${view.arm}] ${view.phase}`;
  const thief = (key: string) => progress.thief[key] ?? 0;
  return (
    `[${view.arm}] ${incidentClock(progress.minute)} ${Math.round(view.requestsPerSecond)} req/s | ` +
    `thief: ${thief('credentials')} credentials, ${thief('impersonated')} impersonated, ` +
    `${thief('forgedAccepted')} forgeries accepted, ${thief('forgedRefused')} refused | ${progress.phase}`
  );
}

/** `report +2 h 07`: hours and minutes since the report. */
export function incidentClock(minute: number): string {
  const whole = Math.round(Math.abs(minute));
  return `report ${minute < 0 ? '-' : '+'}${Math.floor(whole / 60)} h ${String(whole % 60).padStart(2, '0')}`;
}

function format(value: number): string {
  return Math.round(value).toLocaleString('en-US');
}
