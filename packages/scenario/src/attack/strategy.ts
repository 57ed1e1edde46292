import { z } from 'zod';

/** How a thief goes about its victims; `round-robin` takes everyone in turn at the scenario's own pace. */
export const strategy = z.enum(['round-robin', 'spray', 'low-and-slow', 'pivot', 'wait-and-see']);
export type Strategy = z.infer<typeof strategy>;
