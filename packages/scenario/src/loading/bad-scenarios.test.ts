import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { loadScenario } from './load-scenario.ts';
import { ScenarioInvalid } from './scenario.errors.ts';

const folder = fileURLToPath(new URL('../../test/bad', import.meta.url));
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));

/** Mistakes that people make, a file each; beside it what they are told. */
describe('a bad scenario file is refused with line, field, reason and what to write instead:', () => {
  it('there are at least 45 of them, and without its mistake the file is good', () => {
    expect(files.length).toBeGreaterThanOrEqual(45);
    expect(loadScenario(resolve(folder, '../small.yaml')).name).toBe('small');
  });

  it.each(files)('%s', async (name) => {
    const error = refusalOf(join(folder, name));
    for (const { line, column, path, message, suggestion } of error.problems) {
      expect(line).toBeGreaterThan(0);
      expect(column).toBeGreaterThan(0);
      for (const part of [path, message, suggestion]) expect(part).toMatch(/\S/);
    }
    await expect(`${inShort(error.message)}\n`).toMatchFileSnapshot(
      join(folder, name.replace('.yaml', '.expected.txt')),
    );
  });

  it('each expected text belongs to a file', () => {
    const texts = readdirSync(folder).filter((name) => name.endsWith('.expected.txt'));
    expect(texts).toEqual(files.map((name) => name.replace('.yaml', '.expected.txt')));
  });

  it('and so is one too large to be a scenario', () => {
    const large = join(folder, '../../../../package-lock.json');
    expect(readFileSync(large).length).toBeGreaterThan(262_144);
    expect(refusalOf(large).message).toContain('a scenario at most 262144');
  });
});

/** Without the folder, and without the fields that a map may have: a new field is no new mistake. */
function inShort(message: string): string {
  return message.replaceAll(`${folder}/`, '').replaceAll(/a map of [\w, ]+/g, 'a map of ...');
}

function refusalOf(file: string): ScenarioInvalid {
  try {
    loadScenario(file);
  } catch (error) {
    if (error instanceof ScenarioInvalid) return error;
    throw error;
  }
  throw new Error(`${file} was accepted`);
}
