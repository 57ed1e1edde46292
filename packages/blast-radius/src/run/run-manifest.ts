import { arm, leak } from '@blastradius/contracts';
import { z } from 'zod';
import { hypothesis } from '../hypothesis.ts';

const incidentClock = z.object({
  startedAtMs: z.number(),
  startMinute: z.number(),
  timeScale: z.number().positive(),
});

/** What the run of one arm was; everything else about it is in its ledgers. */
export const armManifest = z.object({
  clock: incidentClock,
  endMinute: z.number(),
  /** Which credential model, and what leaked; runs of old don't say. */
  arm: arm.optional(),
  leak: leak.optional(),
  /** The population; load agents are counted from the ledgers. */
  agents: z.int().min(0),
  processAgents: z.int().min(0),
  multiplexedAgents: z.int().min(0),
  /** When the first credentials were harvested, or could have been; null where there was no leak. */
  leakMinute: z.number().nullable(),
  fixes: z.array(z.object({ id: z.string(), title: z.string(), minute: z.number() })),
  /** When the table of the credentials was closed: the first fix. */
  holeClosedMinute: z.number().nullable(),
  resetMinute: z.number().nullable(),
  /** Set where the arm is a control: what was taken out or switched off. */
  control: z.string().optional(),
});
export type ArmManifest = z.infer<typeof armManifest>;

export const timelineMark = z.object({
  minute: z.number(),
  event: z.enum(['contact', 'report', 'fix', 'write-access-found', 'tables-found', 'key-reset', 'contain']),
  title: z.string(),
});

export const parameter = z.object({
  path: z.string(),
  value: z.string(),
  kind: z.enum(['source', 'assumption']),
  text: z.string(),
});

export const host = z.object({
  cpus: z.int(),
  memoryBytes: z.number(),
  node: z.string(),
  platform: z.string(),
});

/** `run.json` beside the ledgers: what is needed to compute the report from them again. */
export const runManifest = z.object({
  schemaVersion: z.literal(1),
  scenario: z.object({ name: z.string(), title: z.string() }),
  seed: z.string(),
  timeScale: z.number().positive(),
  startedAt: z.iso.datetime(),
  host,
  arms: z.record(z.string(), armManifest),
  hypotheses: z.array(hypothesis),
  timeline: z.array(timelineMark),
  /** The scenario's numbers with their sources and assumptions, for the reader of the report. */
  parameters: z.array(parameter).default([]),
});
export type RunManifest = z.infer<typeof runManifest>;
