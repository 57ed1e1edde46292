export { type Clock, systemClock } from './clock.ts';
export { closest } from './closest.ts';
export { DomainError, type DomainErrorOptions, type ErrorCategory } from './errors.ts';
export { type IncidentClock, incidentMinuteAt, wallMsAt } from './incident-clock.ts';
export { createRandom, type Random } from './random.ts';
