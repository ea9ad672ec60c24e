import { z } from 'zod';
import { makeProblem, type Result } from '../problem.js';
import { says } from '../zod-problems.js';
import { type RunAsClass, roles, runAsClasses } from './roles.js';

const scopeSchema = z.union([
  z.strictObject({ all: z.literal(true) }),
  z.strictObject({ team: z.string().min(1).max(200) }),
  z.strictObject({
    labels: z
      .record(z.string().min(1).max(63), z.string().max(255))
      .refine((labels) => Object.keys(labels).length > 0, says('at least one label')),
  }),
  z.strictObject({ group: z.string().min(1).max(200) }),
  z.strictObject({ jobs: z.string().min(1).max(200) }),
]);

/** A role within a scope. */
export const grantSchema = z.strictObject({
  role: z.enum(roles),
  scope: scopeSchema,
  /** As whom jobs that are defined with this grant may run; admins may always choose. */
  runAs: z.array(z.enum(runAsClasses)).max(4).optional(),
});
export type Grant = z.infer<typeof grantSchema>;

export const grantsSchema = z.array(grantSchema).max(50);

const written = 'a grant such as viewer@all, operator@team:data, editor@labels:env=prod,role=db+runas:service,user';

/**
 * Reads a grant as people write it: `role@scope`, with `+runas:` and classes after it.
 * Scopes: `all`, `team:NAME`, `labels:key=value,…`, `group:NAME`, `jobs:PATTERN`.
 */
export function readGrant(text: string): Result<Grant> {
  const parts = /^(\w+)@(.+?)(?:\+runas:([\w,]+))?$/.exec(text.trim());
  const raw = parts && {
    role: parts[1],
    scope: readScope(parts[2] ?? ''),
    ...(parts[3] === undefined ? {} : { runAs: parts[3].split(',') }),
  };
  const grant = grantSchema.safeParse(raw);
  return grant.success
    ? { ok: true, value: grant.data }
    : { ok: false, problems: [makeProblem('grant', 'wrong_value', written, text)] };
}

function readScope(text: string): unknown {
  if (text === 'all') return { all: true };
  const at = text.indexOf(':');
  const [kind, value] = [text.slice(0, at), text.slice(at + 1)];
  if (kind !== 'labels') return { [kind]: value };
  return { labels: Object.fromEntries(value.split(',').map((pair) => splitOnce(pair))) };
}

function splitOnce(pair: string): [string, string] {
  const at = pair.indexOf('=');
  return at === -1 ? [pair, ''] : [pair.slice(0, at), pair.slice(at + 1)];
}

/** Everything, everywhere. */
export const fullGrant: Grant = { role: 'admin', scope: { all: true } };

export function mayRunAs({ role, runAs = [] }: Grant, wanted: RunAsClass): boolean {
  return role === 'admin' || runAs.includes(wanted);
}
