import { act } from '../k6/act.ts';
import { createMix } from '../k6/mix.ts';
import { openLoad } from '../k6/open-load.ts';
import { type PreparedAgents, prepareAgents } from '../k6/prepare-agents.ts';
import { readSettings } from '../k6/settings.ts';
import { machineSummary } from '../k6/summary.ts';

const settings = readSettings(__ENV);
const turnOf = createMix(settings.weights, settings.seed);

/**
 * The incident's own rate limits and its key reset stand: with static keys the reset locks the load agents
 * out, nobody gives them their new keys, and the share of failed requests says so.
 */
export const options = openLoad(settings, { p99Ms: 1000, p999Ms: 5000, failedShareMax: 0.001 });

export const setup = (): PreparedAgents => prepareAgents(settings);
export const request = (prepared: PreparedAgents): void => act(settings, prepared, turnOf);
export const handleSummary = (summary: unknown) => machineSummary(summary, settings.summaryFile);
