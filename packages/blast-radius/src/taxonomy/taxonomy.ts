import { type Leak, leak } from '@blastradius/contracts';
import { z } from 'zod';
import { detectionId } from '../detection/detection-id.ts';
import leaksData from './leaks.json' with { type: 'json' };
import taxonomiesData from './taxonomies.json' with { type: 'json' };

/** How each taxonomy writes its ids, in the version that `taxonomies.json` names. */
const shapes = {
  attack: /^T\d{4}(\.\d{3})?$/,
  atlas: /^AML\.T\d{4}(\.\d{3})?$/,
  owaspAgentic: /^ASI(0[1-9]|10)$/,
  owaspNhi: /^NHI([1-9]|10)$/,
} as const;
export const taxonomyNames = ['attack', 'atlas', 'owaspAgentic', 'owaspNhi'] as const;

const taxonomyOf = (shape: RegExp) =>
  z.strictObject({
    name: z.string(),
    version: z.string().min(1),
    published: z.string(),
    url: z.url(),
    note: z.string(),
    ids: z.array(
      z.strictObject({
        id: z.string().regex(shape),
        title: z.string().optional(),
        checked: z.string().nullable().describe('the version it was compared with; null: from memory'),
      }),
    ),
  });

const taxonomiesSchema = z.strictObject({
  attack: taxonomyOf(shapes.attack),
  atlas: taxonomyOf(shapes.atlas),
  owaspAgentic: taxonomyOf(shapes.owaspAgentic),
  owaspNhi: taxonomyOf(shapes.owaspNhi),
});

const deed = z.strictObject({
  attack: z.array(z.string()),
  atlas: z.array(z.string()),
  owaspAgentic: z.array(z.string()),
  owaspNhi: z.array(z.string()),
  tells: z.array(detectionId).describe('whose alarm should have told of it'),
  untold: z.string().describe('why nothing does, where nothing can'),
});
export type Deed = z.infer<typeof deed>;

const leaksSchema = z.strictObject({
  version: z.string(),
  leaks: z.record(leak, z.strictObject({ theft: deed, use: deed })),
});

/** What the ids mean, each taxonomy in the version that it names. */
export const taxonomies = taxonomiesSchema.parse(taxonomiesData);
/** Each leak by the ids of others, its theft and its use apart; and which detections should tell of them. */
export const leakMapping = leaksSchema.parse(leaksData);

/** An id with the version that it is of, so that a reader can look it up when ids have moved. */
export const technique = z.strictObject({
  taxonomy: z.string(),
  version: z.string(),
  id: z.string(),
  title: z.string().nullable(),
  checked: z.string().nullable().describe('the version it was compared with; null where it is from memory'),
});
export type Technique = z.infer<typeof technique>;

export function techniquesOf(deed: Deed): Technique[] {
  return taxonomyNames.flatMap((key) => {
    const { name, version, ids } = taxonomies[key];
    return ids
      .filter(({ id }) => deed[key].includes(id))
      .map(({ id, title, checked }) => ({ taxonomy: name, version, id, title: title ?? null, checked }));
  });
}

export function deedsOf(name: Leak): { readonly theft: Deed; readonly use: Deed } {
  return leakMapping.leaks[name];
}
