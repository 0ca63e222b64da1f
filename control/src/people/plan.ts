import { fleetPolicy, siteKind, type FleetPolicy } from '@sallyport/protocol';
import * as z from 'zod';

const name = (maxCharacters: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(maxCharacters)
    .regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'must be one line of plain text');
const personName = name(80);

/** What the plan says of the policy; the rest is known when control is initialised. */
const policy = fleetPolicy.omit({ rpId: true, approverOrigin: true, approverBuild: true, auditKey: true }).extend({
  authenticators: fleetPolicy.shape.authenticators.default([]),
  platformErasers: fleetPolicy.shape.platformErasers.default([]),
});

const site = z.strictObject({
  kind: siteKind,
  name: name(80),
  managers: z.array(personName).min(1).max(20),
  /** How many different managers approve the site's roster. */
  threshold: z.int().min(1).max(5).default(1),
  /** Healthcare staff of a prison, consultants of a hospital. */
  people: z.array(personName).min(1).max(150),
});

/** The founding plan: who the fleet's first people are and what its policy is, as a file that somebody writes. */
const foundingPlan = z
  .strictObject({
    policy: policy.prefault({
      activationMinutes: 90,
      grantMinutes: 5,
      idleMinutes: 5,
      suspendAfterHours: 168,
      eraseAfterHours: 720,
      authenticators: [],
      platformErasers: [],
    }),
    trustees: z.strictObject({ threshold: z.int().min(1).max(10), people: z.array(personName).min(1).max(20) }),
    fleetOfficers: z.array(personName).min(1).max(50),
    sites: z.array(site).min(1).max(100),
  })
  .superRefine((plan, context) => {
    for (const { path, message } of problemsOf(plan)) context.addIssue({ code: 'custom', path, message });
  });
export type FoundingPlan = z.infer<typeof foundingPlan>;

const maxPeople = 200;

interface Problem {
  path: (string | number)[];
  message: string;
}

function problemsOf(
  plan: Omit<FoundingPlan, 'policy'> & { policy: Pick<FleetPolicy, 'suspendAfterHours' | 'eraseAfterHours'> },
): Problem[] {
  const problems: Problem[] = [];
  const { trustees, sites } = plan;
  if (trustees.threshold > trustees.people.length) {
    problems.push({ path: ['trustees', 'threshold'], message: 'there are fewer trustees than must approve' });
  }
  for (const [index, { threshold, managers }] of sites.entries()) {
    if (threshold > managers.length) {
      problems.push({ path: ['sites', index, 'threshold'], message: 'there are fewer managers than must approve' });
    }
  }
  if (new Set(sites.map((candidate) => candidate.name)).size !== sites.length) {
    problems.push({ path: ['sites'], message: 'two sites have the same name' });
  }
  if (plan.policy.eraseAfterHours < plan.policy.suspendAfterHours) {
    problems.push({ path: ['policy', 'eraseAfterHours'], message: 'a laptop is suspended before it erases itself' });
  }
  const inSites = sites.reduce((sum, candidate) => sum + candidate.managers.length + candidate.people.length, 0);
  if (trustees.people.length + plan.fleetOfficers.length + inSites > maxPeople) {
    problems.push({ path: [], message: `a fleet is founded with at most ${maxPeople} people; others follow later` });
  }
  return problems;
}

/**
 * Reads a founding plan.
 * @param value the file's contents, unchecked
 * @returns the plan, or what is wrong with it in words
 */
export function readPlan(value: unknown): { ok: true; plan: FoundingPlan } | { ok: false; problems: string } {
  const parsed = foundingPlan.safeParse(value);
  return parsed.success ? { ok: true, plan: parsed.data } : { ok: false, problems: z.prettifyError(parsed.error) };
}
