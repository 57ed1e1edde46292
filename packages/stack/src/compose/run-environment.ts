import type { Scenario } from '@blastradius/scenario';
import { realSeconds } from '../world/world-setting.ts';

export interface ComposeRun {
  readonly scenario: Scenario;
  readonly seed: string;
  readonly agents: number;
  readonly timeScale: number;
  readonly leak: 'on' | 'off';
  /** The suffix of the run's own databases and ledgers. */
  readonly world: string;
}

/** What docker-compose.yml takes from the environment, for the time of a run. Pure. */
export function runEnvironment(run: ComposeRun): Record<string, string> {
  const { identity, rateLimits, name } = run.scenario;
  const { requestsPerMinute, postMinutes, commentsPerHour } = rateLimits;
  const seconds = (incidentMinutes: number) => String(realSeconds(run, incidentMinutes));
  return {
    WORLD: run.world,
    SCENARIO: name,
    SEED: run.seed,
    AGENTS: String(run.agents),
    TIME_SCALE: String(run.timeScale),
    FLEET_START: 'commanded',
    LEAK: run.leak,
    RATE_LIMITS: JSON.stringify({ requestsPerMinute, minutesPerPost: postMinutes, commentsPerHour }),
    X509_SVID_TTL_SECONDS: seconds(identity.svidTtlMinutes),
    AUTHORITY_TTL_SECONDS: seconds(identity.authorityTtlHours * 60),
    AUTHORITY_ROTATION_SECONDS: seconds(identity.authorityRotationMinutes),
    AUTHORITY_ACTIVATION_DELAY_SECONDS: seconds(identity.activationDelayMinutes),
    BUNDLE_REFRESH_HINT_SECONDS: '1',
  };
}
