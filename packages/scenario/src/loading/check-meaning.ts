import { existsSync, readdirSync, realpathSync, statSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { isMetric, metricNames } from '@blastradius/blast-radius';
import { arm } from '@blastradius/contracts';
import { closest } from '@blastradius/kernel';
import { minutesToWait, waitsBeyondTheEnd } from '../attack/waiting.ts';
import type { ScenarioDocument } from '../scenario/document.ts';
import type { Provenance } from '../scenario/provenance.ts';
import { insteadOf } from './suggest.ts';

/** Well-formed, and yet it can't be meant. */
export interface Doubt {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly suggestion: string;
  readonly allowed?: string;
}

/** What no field tells by itself: names that lead nowhere, and numbers that don't fit each other. */
export function checkMeaning(
  document: ScenarioDocument,
  provenance: readonly Provenance[],
  folder: string,
): Doubt[] {
  return [
    ...unknownSources(document, provenance),
    ...missingFixes(document, folder),
    ...hypothesesAboutNothing(document),
    ...repeatedIds(document),
    ...minutesOutside(document),
    ...numbersThatClash(document),
  ];
}

function unknownSources(document: ScenarioDocument, provenance: readonly Provenance[]): Doubt[] {
  const known = Object.keys(document.sources);
  return provenance.flatMap(({ path, kind, text }) => {
    const name = text.split(/[\s,:]/, 1)[0] ?? '';
    if (kind !== 'source' || known.includes(name)) return [];
    const near = closest(name, known);
    return [
      {
        path: [...path.split('.').map(stepOf), 'source'],
        message: `"${text}" begins with no name of \`sources\``,
        suggestion:
          near === undefined
            ? `add ${name} to sources, or begin with one of them`
            : `did you mean "${near}"?`,
        allowed: known.join(', '),
      },
    ];
  });
}

function missingFixes(document: ScenarioDocument, folder: string): Doubt[] {
  return document.timeline.flatMap(({ apply }, index): Doubt[] => {
    if (apply === undefined) return [];
    const path = ['timeline', index, 'apply'];
    const allowed = 'an .sql file below the folder of the scenario';
    const file = join(folder, apply);
    if (!statSync(file, { throwIfNoEntry: false })?.isFile()) {
      return [{ path, message: `there is no file ${apply}`, suggestion: fileLike(apply, folder), allowed }];
    }
    if (realpathSync(file).startsWith(realpathSync(folder) + sep)) return [];
    return [
      {
        path,
        message: `${apply} leads out of the scenario's folder`,
        suggestion: 'copy the file here',
        allowed,
      },
    ];
  });
}

function fileLike(apply: string, folder: string): string {
  const beside = dirname(apply);
  const there = existsSync(join(folder, beside)) ? readdirSync(join(folder, beside)) : [];
  const near = closest(
    apply,
    there.filter((name) => statSync(join(folder, beside, name)).isFile()).map((name) => join(beside, name)),
  );
  return near === undefined ? 'write the file, or the name of one that is there' : `did you mean "${near}"?`;
}

function hypothesesAboutNothing({ hypotheses }: ScenarioDocument): Doubt[] {
  return hypotheses.flatMap(({ metric, expect }, index): Doubt[] => [
    ...unknownMetric(metric, ['hypotheses', index, 'metric']),
    ...expect.flatMap((expected, at): Doubt[] => {
      const path = ['hypotheses', index, 'expect', at];
      return [
        ...(arm.options.some((known) => known === expected.arm)
          ? []
          : [
              {
                path: [...path, 'arm'],
                message: `there is no arm "${expected.arm}"`,
                suggestion: insteadOf(expected.arm, arm.options),
                allowed: arm.options.join(', '),
              },
            ]),
        ...(expected.shareOf === undefined ? [] : unknownMetric(expected.shareOf, [...path, 'shareOf'])),
      ];
    }),
  ]);
}

function unknownMetric(metric: string, path: Doubt['path']): Doubt[] {
  if (isMetric(metric)) return [];
  const last = metric.split('.').at(-1) ?? '';
  const near =
    metricNames.find((name) => name.startsWith(`${metric}.`)) ??
    closest(metric, metricNames) ??
    metricNames.find((name) => name.split('.').at(-1) === last);
  return [
    {
      path,
      message: `the report has no number "${metric}"`,
      suggestion: near === undefined ? 'take a path into an arm of report.json' : `did you mean "${near}"?`,
    },
  ];
}

function repeatedIds({ hypotheses, timeline }: ScenarioDocument): Doubt[] {
  const repeated = (part: string, ids: readonly (string | undefined)[]) =>
    ids.flatMap((id, index): Doubt[] =>
      id === undefined || ids.indexOf(id) === index
        ? []
        : [
            {
              path: [part, index, 'id'],
              message: `"${id}" is the id of another one, too`,
              suggestion: `call it "${id}-2", or by what it is about`,
            },
          ],
    );
  return [
    ...repeated(
      'hypotheses',
      hypotheses.map(({ id }) => id),
    ),
    ...repeated(
      'timeline',
      timeline.map(({ id }) => id),
    ),
  ];
}

function minutesOutside({ clock, timeline, attack }: ScenarioDocument): Doubt[] {
  const { startMinute, endMinute } = clock;
  const outside = (minute: number, path: Doubt['path']): Doubt[] =>
    minute >= startMinute && minute <= endMinute
      ? []
      : [
          {
            path,
            message: `minute ${minute} never comes: the run goes from ${startMinute} to ${endMinute}`,
            suggestion:
              minute > endMinute
                ? `set clock.endMinute to ${minute} or later`
                : `set clock.startMinute to ${minute} or earlier`,
          },
        ];
  return [
    ...timeline.flatMap(({ minute }, index) => outside(minute, ['timeline', index, 'minute'])),
    ...outside(attack.discoveryMinute, ['attack', 'discoveryMinute']),
  ];
}

function numbersThatClash({ population, identity, attack, clock }: ScenarioDocument): Doubt[] {
  const { carelessBackup } = attack;
  const authorityTtlMinutes = identity.authorityTtlHours * 60;
  const clashes: readonly [boolean, Doubt][] = [
    [
      population.processes > population.agents,
      {
        path: ['population', 'processes'],
        message: `${population.processes} of ${population.agents} agents can't be processes`,
        suggestion: `write at most ${population.agents}`,
      },
    ],
    [
      identity.svidTtlMinutes > authorityTtlMinutes,
      {
        path: ['identity', 'svidTtlMinutes'],
        message: `SVIDs of ${identity.svidTtlMinutes} minutes outlive their authority of ${authorityTtlMinutes}`,
        suggestion: 'give the authority a longer life, or SVIDs a shorter one',
      },
    ],
    [
      identity.authorityRotationMinutes > authorityTtlMinutes,
      {
        path: ['identity', 'authorityRotationMinutes'],
        message: `an authority that ends after ${authorityTtlMinutes} minutes can't be rotated after ${identity.authorityRotationMinutes}`,
        suggestion: `rotate at ${authorityTtlMinutes / 2}, the half of its life`,
      },
    ],
    [
      carelessBackup.agents > 0 && carelessBackup.foundMinute < carelessBackup.backupMinute,
      {
        path: ['attack', 'carelessBackup', 'foundMinute'],
        message: `it is found at ${carelessBackup.foundMinute}, before it is made at ${carelessBackup.backupMinute}`,
        suggestion: `write ${carelessBackup.backupMinute} or later`,
      },
    ],
    [
      attack.discoveryMinute <= clock.endMinute &&
        attack.firstUse.minMinutes > clock.endMinute - attack.discoveryMinute,
      {
        path: ['attack', 'firstUse', 'minMinutes'],
        message: 'the run ends before the first use',
        suggestion: `write less than ${clock.endMinute - attack.discoveryMinute}`,
      },
    ],
    [
      waitsBeyondTheEnd({ attack, clock }),
      {
        path: ['attack', 'waitMinutes'],
        message: `a thief that waits for ${attack.waitMinutes} minutes has not begun when the run ends`,
        suggestion: `write less than ${minutesToWait({ attack, clock })}`,
      },
    ],
    [
      attack.sharedInMessages >= population.agents,
      {
        path: ['attack', 'sharedInMessages'],
        message: `${attack.sharedInMessages} of ${population.agents} agents have nobody to send to`,
        suggestion: `write at most ${population.agents - 1}`,
      },
    ],
  ];
  return clashes.flatMap(([clash, doubt]) => (clash ? [doubt] : []));
}

const stepOf = (step: string) => (/^\d+$/.test(step) ? Number(step) : step);
