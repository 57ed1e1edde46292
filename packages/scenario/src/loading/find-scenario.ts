import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ScenarioNotFound } from './scenario.errors.ts';

/** The file of a scenario given by name (`<root>/scenarios/<name>/scenario.yaml`) or as a file. */
export function findScenario(nameOrFile: string, root: string): string {
  const looksLikeFile = /[/\\]/.test(nameOrFile) || /\.ya?ml$/.test(nameOrFile);
  const file = looksLikeFile ? resolve(nameOrFile) : join(root, 'scenarios', nameOrFile, 'scenario.yaml');
  if (existsSync(file)) return file;
  const detail = looksLikeFile
    ? `there is no scenario file ${nameOrFile}`
    : `there is no scenario "${nameOrFile}"; there are: ${scenarioNames(root).join(', ')}`;
  throw new ScenarioNotFound(detail, { publicDetail: detail });
}

function scenarioNames(root: string): string[] {
  const folder = join(root, 'scenarios');
  if (!existsSync(folder)) return [];
  return readdirSync(folder).filter((name) => existsSync(join(folder, name, 'scenario.yaml')));
}
