import { whyNotApplicable } from '@blastradius/contracts';
import { type MatrixManifest, planTrials } from '@blastradius/matrix';
import { timeText } from './time-left.ts';

export interface MatrixPlan {
  readonly manifest: Pick<MatrixManifest, 'arms' | 'leaks' | 'seeds'>;
  /** Of the trials that have ended already: what each took, by its id. */
  readonly endedSeconds: ReadonlyMap<string, number>;
  /** What an incident lasts in real time. */
  readonly incidentSeconds: number;
  readonly atOnce: number;
}

/** Which combinations would be played, which are left out and why, and how long it would take. */
export function planText(plan: MatrixPlan): string {
  const { arms, leaks, seeds } = plan.manifest;
  const planned = planTrials(plan.manifest);
  const played = arms.map(
    (arm) =>
      `  ${arm}: ${leaks.filter((leak) => whyNotApplicable(arm, leak) === null).join(', ') || 'nothing'}`,
  );
  const waiting = planned.filter(({ id }) => !plan.endedSeconds.has(id)).length;
  return `${planned.length} trials: ${planned.length / seeds.length} of ${arms.length * leaks.length} combinations, each with the seeds ${seeds.join(', ')}
${played.join('\n')}

Left out:
${leftOut(plan.manifest).join('\n') || '  nothing'}

${planned.length - waiting} of them are there already, ${waiting} are to be played, ${plan.atOnce} at once.
${durationText(plan, waiting)}
`;
}

/** A line for each leak that some arms don't play for the same reason. */
function leftOut({ arms, leaks }: MatrixPlan['manifest']): string[] {
  return leaks.flatMap((leak) => {
    const byReason = Map.groupBy(arms, (arm) => whyNotApplicable(arm, leak));
    return [...byReason].flatMap(([why, without]) =>
      why === null ? [] : [`  ${leak} with ${without.join(', ')}: ${why}`],
    );
  });
}

/** At the pace of what has ended in the same folder; without any, what incidents alone take. */
function durationText({ endedSeconds, incidentSeconds, atOnce }: MatrixPlan, waiting: number): string {
  if (waiting === 0) return 'Nothing is left to do but the report.';
  const took = [...endedSeconds.values()];
  if (took.length > 0) {
    const mean = took.reduce((sum, seconds) => sum + seconds, 0) / took.length;
    return `A trial took ${timeText(mean)} here so far: about ${timeText((mean * waiting) / Math.min(atOnce, waiting))}.`;
  }
  const least = Math.ceil(waiting / atOnce) * incidentSeconds;
  return `At least ${timeText(least)}: so long last the incidents, ${timeText(incidentSeconds)} each; starting the worlds comes on top.`;
}
