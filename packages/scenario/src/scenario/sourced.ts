import { z } from 'zod';

/** Where a number comes from: a source named in `sources`, or an assumption with its reason. */
export const provenanceShape = {
  source: z.string().min(2).describe('a name from `sources`, then what in it').optional(),
  assumption: z.string().min(10).describe('why this number was chosen without a source').optional(),
};

/** To be checked on every object that carries `provenanceShape`. */
export function hasOneProvenance(object: {
  source?: string | undefined;
  assumption?: string | undefined;
}): boolean {
  return (object.source === undefined) !== (object.assumption === undefined);
}

export const oneProvenance = {
  message: 'needs either a `source` or an `assumption` (and not both)',
  params: { suggestion: 'keep the source where there is one; else say in an assumption why this number' },
};

/** `{ value, source }` or `{ value, assumption }` in the file; the plain value in code. */
export function sourced<S extends z.ZodType>(value: S) {
  return z
    .strictObject({ value, ...provenanceShape })
    .refine(hasOneProvenance, oneProvenance)
    .transform((quantity) => (quantity as { value: z.output<S> }).value);
}

/** A log-normal distribution of minutes, cut off below. */
export const logNormalMinutes = z
  .strictObject({
    medianMinutes: z.number().positive(),
    sigma: z.number().min(0).max(5).describe('of the logarithm'),
    minMinutes: z.number().min(0),
    ...provenanceShape,
  })
  .refine(hasOneProvenance, oneProvenance);
