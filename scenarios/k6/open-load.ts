import type { Options } from 'k6/options';
import type { Settings } from './settings.ts';

/** Latencies that a scenario demands, in milliseconds, and the share of requests that may fail. */
export interface Demands {
  readonly p99Ms: number;
  readonly p999Ms: number;
  readonly failedShareMax: number;
}

/**
 * Open arrivals: requests are due at their instants, however slow the network is (a closed model would
 * wait for it, and so spare it). First a ramp to the rate, then the rate itself, which is measured.
 */
export function openLoad(settings: Settings, demands: Demands): Options {
  const { ratePerSecond, warmUpSeconds, durationSeconds } = settings;
  // Little's law: a user is busy for as long as its request takes, and 250 ms is slow already. What the
  // network can't carry is dropped and counted; more users would only have it time out in a queue.
  const users = Math.max(50, Math.ceil(ratePerSecond * 0.25));
  const reserve = { preAllocatedVUs: users, maxVUs: users };
  return {
    scenarios: {
      warm_up: {
        executor: 'ramping-arrival-rate',
        exec: 'request',
        startRate: Math.max(1, Math.ceil(ratePerSecond / 10)),
        timeUnit: '1s',
        stages: [
          { target: ratePerSecond, duration: `${Math.ceil(warmUpSeconds * 700)}ms` },
          { target: ratePerSecond, duration: `${Math.floor(warmUpSeconds * 300)}ms` },
        ],
        gracefulStop: '5s',
        ...reserve,
      },
      measured: {
        executor: 'constant-arrival-rate',
        exec: 'request',
        startTime: `${Math.round(warmUpSeconds * 1000)}ms`,
        rate: ratePerSecond,
        timeUnit: '1s',
        duration: `${Math.round(durationSeconds * 1000)}ms`,
        gracefulStop: '6s',
        ...reserve,
      },
    },
    thresholds: {
      'dropped_iterations{scenario:measured}': ['count==0'],
      'http_req_failed{scenario:measured}': [`rate<${demands.failedShareMax}`],
      'http_req_duration{scenario:measured}': [`p(99)<${demands.p99Ms}`, `p(99.9)<${demands.p999Ms}`],
    },
    // Accounts, first posts and acquaintances; with identities an SVID for each agent before that.
    setupTimeout: '180s',
    batch: 20,
    batchPerHost: 20,
    discardResponseBodies: true,
    // What keeps one time series for each of a few values; the rest is metadata.
    systemTags: ['status', 'method', 'name', 'error', 'error_code', 'scenario', 'expected_response'],
    summaryTrendStats: ['avg', 'min', 'med', 'max', 'p(99)', 'p(99.9)'],
  };
}
