import {
  findScenario,
  loadScenario,
  type Scenario,
  type Strategy,
  withStrategy,
} from '@blastradius/scenario';
import { findRoot } from '@blastradius/stack';

/** The scenario of that name or file, with the thief that the flags ask for. */
export function readScenario(
  nameOrFile: string,
  { strategy }: { readonly strategy?: Strategy | undefined },
): Scenario {
  const scenario = loadScenario(findScenario(nameOrFile, findRoot()));
  return strategy === undefined ? scenario : withStrategy(scenario, strategy);
}
