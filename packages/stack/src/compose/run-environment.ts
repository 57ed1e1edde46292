import { realSeconds, type WorldSetting } from '../world/world-setting.ts';

/** What docker-compose.yml takes from the environment, for the world of a run. Pure. */
export function runEnvironment(setting: WorldSetting, world: string): Record<string, string> {
  const { identity, rateLimits, name } = setting.scenario;
  const { requestsPerMinute, postMinutes, commentsPerHour } = rateLimits;
  const seconds = (incidentMinutes: number) => String(realSeconds(setting, incidentMinutes));
  return {
    WORLD: world,
    SCENARIO: name,
    SEED: setting.seed,
    AGENTS: String(setting.population.agents.length),
    TIME_SCALE: String(setting.timeScale),
    FLEET_START: 'commanded',
    LEAK: setting.leak,
    STRATEGY: setting.scenario.attack.strategy,
    RATE_LIMITS: JSON.stringify({ requestsPerMinute, minutesPerPost: postMinutes, commentsPerHour }),
    LOAD_AGENTS: String(setting.loadGenerator?.agents.length ?? 0),
    X509_SVID_TTL_SECONDS: seconds(identity.svidTtlMinutes),
    AUTHORITY_TTL_SECONDS: seconds(identity.authorityTtlHours * 60),
    AUTHORITY_ROTATION_SECONDS: seconds(identity.authorityRotationMinutes),
    AUTHORITY_ACTIVATION_DELAY_SECONDS: seconds(identity.activationDelayMinutes),
    BUNDLE_REFRESH_HINT_SECONDS: '1',
    // A token lies beside the bundle of its day, which has to be young enough to know who signs.
    JOIN_TOKEN_TTL_SECONDS: seconds(identity.authorityTtlHours * 15),
  };
}
