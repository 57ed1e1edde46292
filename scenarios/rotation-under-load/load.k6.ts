import { act } from '../k6/act.ts';
import { createMix } from '../k6/mix.ts';
import { openLoad } from '../k6/open-load.ts';
import { type PreparedAgents, prepareAgents } from '../k6/prepare-agents.ts';
import { readSettings } from '../k6/settings.ts';
import { machineSummary } from '../k6/summary.ts';

const settings = readSettings(__ENV);
const turnOf = createMix(settings.weights, settings.seed);

/**
 * A forced rotation may cost no honest request: one in a thousand may fail for other reasons. The latencies
 * are those at which a person still calls an answer prompt (1 s), and the fleet's own patience (5 s).
 */
export const options = openLoad(settings, { p99Ms: 1000, p999Ms: 5000, failedShareMax: 0.001 });

export const setup = (): PreparedAgents => prepareAgents(settings);
export const request = (prepared: PreparedAgents): void => act(settings, prepared, turnOf);
export const handleSummary = (summary: unknown) => machineSummary(summary, settings.summaryFile);
