import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import { scenarioDocument } from '../scenario/document.ts';
import { findScenario } from './find-scenario.ts';
import { loadScenario, parseScenario } from './load-scenario.ts';
import { ScenarioInvalid, ScenarioNotFound } from './scenario.errors.ts';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const file = findScenario('moltbook-key-leak', root);
const text = readFileSync(file, 'utf8');
const folder = loadScenario(file).folder;

/** The real file with one thing changed; the change must be one that is there to be made. */
function problemsAfter(from: string | RegExp, to: string) {
  const changed = text.replace(from, to);
  expect(changed).not.toBe(text);
  try {
    parseScenario(changed, 'scenario.yaml', folder);
  } catch (error) {
    if (error instanceof ScenarioInvalid)
      return { problems: error.problems, message: error.message, changed };
    throw error;
  }
  throw new Error('the scenario was accepted');
}

const lineOf = (changed: string, part: string) =>
  changed.split('\n').findIndex((line) => line.includes(part)) + 1;

describe('the scenario of the Moltbook leak', () => {
  const scenario = loadScenario(file);

  it('has the incident’s own minutes', () => {
    const fixes = scenario.timeline.filter(({ event }) => event === 'fix').map(({ minute }) => minute);
    expect(fixes).toEqual([83, 127, 158, 174]);
  });

  it('gives plain numbers to code and keeps where each comes from', () => {
    expect(scenario.population.agents).toBe(100);
    expect(scenario.provenance).toContainEqual({
      path: 'rateLimits.postMinutes',
      value: '30',
      kind: 'source',
      text: 'skill, one post each 30 minutes',
    });
  });

  it('leaves no number of its load, attack and recovery without an origin', () => {
    const paths = scenario.provenance.map(({ path }) => path);
    const written = parse(text) as Readonly<Record<string, object>>;
    for (const part of ['population', 'rateLimits', 'behaviour'] as const) {
      for (const key of Object.keys(written[part] ?? {})) expect(paths).toContain(`${part}.${key}`);
    }
    expect(paths).toEqual(expect.arrayContaining(['attack.firstUse', 'recovery.ownerNotice', 'timeline.0']));
  });
});

describe('a scenario is refused, with line, column, path and what is allowed, when', () => {
  it('a field is misspelt', () => {
    const { problems, changed } = problemsAfter('  discoveryMinute:', '  discoverMinute:');
    expect(problems).toContainEqual(
      expect.objectContaining({
        line: lineOf(changed, 'discoverMinute'),
        column: 3,
        path: 'attack.discoverMinute',
        message: 'is not a known field',
        allowed: expect.stringContaining('discoveryMinute, firstUse'),
      }),
    );
  });

  it('a number is out of range', () => {
    const { message, changed } = problemsAfter('value: 0.35', 'value: 1.35');
    const line = lineOf(changed, 'value: 1.35');
    expect(message).toMatch(new RegExp(`^scenario\\.yaml:${line}:\\d+ behaviour\\.post\\.value: `));
    expect(message).toContain('allowed: a number at least 0 and at most 1');
  });

  it('a word is not one of those that are known', () => {
    const { problems } = problemsAfter('event: tables-found', 'event: tables-lost');
    expect(problems[0]).toMatchObject({
      path: 'timeline.6.event',
      allowed: 'contact, report, fix, write-access-found, tables-found, key-reset, contain',
    });
  });

  it('a number has neither a source nor an assumption', () => {
    const { problems } = problemsAfter(/\n {4}source: openclaw-5602.*/, '');
    expect(problems[0]).toMatchObject({
      path: 'population.agentsPerOwner',
      message: expect.stringContaining('source'),
    });
  });

  it('a source is not among the sources', () => {
    const { problems } = problemsAfter('source: wiz, timeline, 23:29', 'source: wizz, timeline, 23:29');
    expect(problems[0]).toMatchObject({
      path: 'timeline.2.source',
      allowed: expect.stringContaining('wiz, li'),
    });
  });

  it('a fix names SQL that is not there, or outside of its folder', () => {
    expect(problemsAfter('fixes/4-secure-all.sql', 'fixes/5-none.sql').message).toContain('there is no file');
    expect(problemsAfter('fixes/4-secure-all.sql', '../../evil.sql').message).toContain('below the folder');
  });

  it('several things are wrong at once: all are listed', () => {
    const changed = text
      .replace('value: 480', 'value: -1')
      .replace('patience: until-end', 'patience: forever');
    expect(() => parseScenario(changed, 'x.yaml', folder)).toThrow(/timeScale\.value[\s\S]*attack\.patience/);
  });

  it('it is no YAML', () => {
    expect(problemsAfter('clock:', 'clock: [').problems[0]?.line).toBeGreaterThan(1);
  });
});

describe('a scenario is found', () => {
  it('by its name and as a file', () => {
    expect(findScenario(file, '/')).toBe(file);
  });

  it('or the answer says which there are', () => {
    expect(() => findScenario('moltbook', root)).toThrow(ScenarioNotFound);
    expect(() => findScenario('moltbook', root)).toThrow(/moltbook-key-leak/);
    expect(() => findScenario('./nowhere.yaml', root)).toThrow(/nowhere\.yaml/);
  });
});

it('has the JSON Schema that editors use', () => {
  const committed = JSON.parse(readFileSync(new URL('../../scenario.schema.json', import.meta.url), 'utf8'));
  expect(committed).toEqual(JSON.parse(JSON.stringify(z.toJSONSchema(scenarioDocument, { io: 'input' }))));
});
