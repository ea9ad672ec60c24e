import type { HostGroup, Target } from '../host/target.js';
import { coversTarget } from './covers-target.js';
import { type Grant, mayRunAs } from './grant.js';
import { type Action, isInArea, isReading, lasting, type RunAsClass, rolesFor, type TokenArea } from './roles.js';
import { type HostFacts, type JobFacts, reachesAll, reachesHost, reachesJob } from './scope.js';

/** What a caller may do at most: what was granted, and what a token leaves of it. */
export interface Rights {
  readonly grants: readonly Grant[];
  /** Of a token; null where the caller signed in himself. */
  readonly token: { readonly area: TokenArea; readonly grants: readonly Grant[] | null } | null;
  /** Saved groups, for scopes that name one. */
  readonly groups: readonly HostGroup[];
}

/** A thing that an action is about; a run, say, has both sides. */
export interface Thing {
  readonly job?: JobFacts | undefined;
  readonly host?: HostFacts | undefined;
}

/**
 * `own`: the caller's own affairs. `seen`: a list that shows what may be seen. `fleet`: what belongs to nobody alone.
 * `things`: what is there, by job and host, and what has neither is everybody's; `runAs` when a job is being defined.
 */
export type AccessObject =
  | { readonly kind: 'own' | 'seen' | 'fleet' }
  | {
      readonly kind: 'things';
      readonly things: readonly Thing[];
      readonly runAs?: readonly RunAsClass[];
      /** What selects hosts, of whom there may be others later. */
      readonly target?: Target;
    };

export const denyReasons = [
  'no_role',
  'outside_token',
  'fleet_only',
  'not_visible',
  'job_right',
  'host_right',
  'run_as',
  'later_hosts',
] as const;
export type DenyReason = (typeof denyReasons)[number];

export type Decision =
  | { readonly kind: 'allow' }
  /** `about`: the name of the job, host or account class that decided. */
  | { readonly kind: 'deny'; readonly reason: DenyReason; readonly about?: string | undefined };

const allow: Decision = { kind: 'allow' };
const deny = (reason: DenyReason, about?: string): Decision => ({ kind: 'deny', reason, about });

/**
 * May this caller do this? What has a job and a host is seen by whoever sees one of them, and acted on by whoever has the
 * right on both. What may not be seen is denied as `not_visible`, so that nobody learns that it is there.
 */
export function decide(rights: Rights, action: Action, object: AccessObject): Decision {
  if (rights.token && !isInArea(rights.token.area, action)) return deny('outside_token');
  // A token that is kept to less than its owner may would get at the rest by making another.
  if (rights.token?.grants && lasting.includes(action)) return deny('outside_token');
  if (object.kind === 'own') return allow;
  const layers = layersOf(rights).map((grants) => grants.filter(({ role }) => rolesFor[action].includes(role)));
  if (object.kind === 'things') return decideThings(rights, layers, action, object);
  if (layers.some((grants) => grants.length === 0)) return deny('no_role');
  if (object.kind === 'fleet' && !isEverywhere(layers)) return deny('fleet_only');
  return allow;
}

/** Does the caller see everything there is? Then nothing needs to be looked up. */
export function seesEverything(rights: Rights): boolean {
  return isEverywhere(layersOf(rights));
}

/** May the caller do this with everything there is? */
export function mayEverywhere(rights: Rights, action: Action): boolean {
  return decide(rights, action, { kind: 'fleet' }).kind === 'allow';
}

export function seesJob(rights: Rights, job: JobFacts): boolean {
  return layersOf(rights).every((grants) => grants.some(({ scope }) => reachesJob(scope, job)));
}

export function seesHost(rights: Rights, host: HostFacts): boolean {
  return layersOf(rights).every((grants) => grants.some(({ scope }) => reachesHost(scope, host, rights.groups)));
}

/** Every layer has to agree: a token never reaches further than its owner, whatever became of him. */
function layersOf({ grants, token }: Rights): (readonly Grant[])[] {
  return token?.grants ? [grants, token.grants] : [grants];
}

function isEverywhere(layers: readonly (readonly Grant[])[]): boolean {
  return layers.every((grants) => grants.some(({ scope }) => reachesAll(scope)));
}

function decideThings(
  rights: Rights,
  layers: readonly (readonly Grant[])[],
  action: Action,
  { things, runAs = [], target }: Extract<AccessObject, { kind: 'things' }>,
): Decision {
  const everywhere = isEverywhere(layers);
  const visible = (thing: Thing) => isVisible(rights, thing);
  const isOfMany = isReading(action) || action === 'incident.handle';
  if (isOfMany ? !seesEverything(rights) && !things.some(visible) : !things.every(visible)) return deny('not_visible');
  if (layers.some((grants) => grants.length === 0)) return deny('no_role');
  const onJob = (job: JobFacts) => layers.every((grants) => grants.some(({ scope }) => reachesJob(scope, job)));
  const onHost = (host: HostFacts) =>
    layers.every((grants) => grants.some(({ scope }) => reachesHost(scope, host, rights.groups)));
  if (isOfMany) {
    // An incident has many members; who may handle one of them may handle it.
    const mayOne = ({ job, host }: Thing) => (job !== undefined && onJob(job)) || (host !== undefined && onHost(host));
    return everywhere || things.some(mayOne) ? allow : deny('host_right');
  }
  for (const { job, host } of things) {
    if (!job && !host && !everywhere) return deny('fleet_only');
    if (job && !onJob(job)) return deny('job_right', job.name);
    if (host && !onHost(host)) return deny('host_right', host.name);
    const refused = runAs.find((wanted) => job && !maySetRunAs(layers, job, wanted));
    if (refused) return deny('run_as', refused);
  }
  const covers = ({ scope }: Grant) => target === undefined || coversTarget(scope, target);
  return layers.every((grants) => grants.some(covers)) ? allow : deny('later_hosts');
}

/** Each side alone is enough to see a thing; what has no side is seen by those who see everything. */
function isVisible(rights: Rights, { job, host }: Thing): boolean {
  if (seesEverything(rights)) return true;
  return (job !== undefined && seesJob(rights, job)) || (host !== undefined && seesHost(rights, host));
}

function maySetRunAs(layers: readonly (readonly Grant[])[], job: JobFacts, wanted: RunAsClass): boolean {
  return layers.every((grants) => grants.some((grant) => mayRunAs(grant, wanted) && reachesJob(grant.scope, job)));
}
