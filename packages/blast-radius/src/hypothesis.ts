import { z } from 'zod';

const metricPath = z
  .string()
  .regex(
    /^[a-zA-Z0-9]+(\.[a-zA-Z0-9-]+)*$/,
    'must be a path into an arm of the report, such as agentsStranded.atEnd',
  );

/**
 * A claim that the run may refute: a metric of the report, and what it has to be in which arm.
 * With `shareOf` the metric is first divided by that other metric of the same arm.
 */
export const hypothesis = z.strictObject({
  id: z.string().regex(/^[a-z0-9-]{3,64}$/, 'must be 3 to 64 of a-z, 0-9 and -'),
  statement: z.string().min(10),
  metric: metricPath,
  expect: z
    .array(
      z.strictObject({
        arm: z.string().min(1),
        comparison: z.enum(['==', '<', '<=', '>', '>=']),
        value: z.number(),
        shareOf: metricPath.optional(),
      }),
    )
    .min(1),
});
export type Hypothesis = z.infer<typeof hypothesis>;
