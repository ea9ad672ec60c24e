import { accessOf, type ObjectSource } from '@carillon/contract/http/access';
import type { Route } from '@carillon/contract/http/route';
import type { Thing } from '@carillon/core/access/decide';
import type { Action, RunAsClass } from '@carillon/core/access/roles';
import { runAsClassesOf } from '@carillon/core/access/run-as-class';
import { readDocument } from '@carillon/core/document/read-document';
import { matchesTarget, type Target } from '@carillon/core/host/target';
import type { RefusalText } from '@carillon/core/text/refusal-texts';
import { Inject, Injectable } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { AccessStore, type FoundThings } from '../store/access.store.js';
import { TargetStore } from '../store/target.store.js';
import { readInput } from './read-input.js';

/** Something that a request is about, and the action that it would be. */
export interface Check extends FoundThings {
  readonly action: Action;
  readonly runAs?: readonly RunAsClass[];
  /** What selects the hosts: it may select others later. */
  readonly target?: Target;
  /** It is not there yet: there is nothing to hide. */
  readonly isNew?: true;
  /** Why not, in other words than the usual ones. */
  readonly refusal?: string;
}

interface Selection {
  readonly hosts?: readonly string[];
  readonly group?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly all?: true;
}

/** Finds what a request is about, as its route says how. Asked only for callers whose roles do not reach everything. */
@Injectable()
export class ObjectFinder {
  constructor(
    @Inject(AccessStore) private readonly store: AccessStore,
    @Inject(TargetStore) private readonly targets: TargetStore,
  ) {}

  /** @returns null when there is no such thing */
  async find(route: Route, request: FastifyRequest): Promise<readonly Check[] | null> {
    const access = accessOf(route);
    if (access === undefined || access === 'open') return null;
    const [action, source] = access;
    if (source === 'documents') return this.inDocuments(bodyOf(route, request));
    if (source === 'documentKind:kind') {
      const { kind = '' } = request.params as { kind?: string };
      return [{ action: writeActionOf(kind), things: [{}], related: [{}], isNew: true }];
    }
    const found = await this.findOne(source, route, request);
    return found && [{ ...found, action }];
  }

  private findOne(source: ObjectSource, route: Route, request: FastifyRequest): Promise<FoundThings | null> {
    if (source === 'selectedHosts') return this.selected(bodyOf(route, request) as Selection);
    const [kind, param = ''] = source.split(':');
    const value = String((request.params as Record<string, unknown>)[param] ?? '');
    switch (kind) {
      case 'host':
        return this.store.host(value);
      case 'job':
        return this.store.job(value);
      case 'jobOnHosts': {
        const { hosts = null } = bodyOf(route, request) as { hosts?: readonly string[] };
        return this.store.jobOnHosts(value, hosts);
      }
      case 'run':
        return this.store.run(value);
      case 'command':
        return this.store.command(value);
      case 'taskChange':
        return this.store.taskChange(value);
      case 'incident':
        return this.store.incident(value);
      case 'changeRequest':
        return this.store.changeRequest(value);
      default:
        throw new Error(`${route.path}: nothing finds ${source}`);
    }
  }

  /** Nobody means every host, as where the body may be left out. */
  private async selected({ hosts, group, labels, all }: Selection): Promise<FoundThings> {
    const target: Target = {
      ...(hosts ? { hosts } : {}),
      ...(group === undefined ? {} : { groups: [group] }),
      ...(labels && Object.keys(labels).length > 0 ? { labels } : {}),
      ...(all ? { all } : {}),
    };
    const things = await this.hostsOf(Object.keys(target).length === 0 ? { all: true } : target);
    return { things, related: things };
  }

  private async hostsOf(target: Target): Promise<Thing[]> {
    const [hosts, groups] = await Promise.all([this.store.activeHosts(), this.targets.groups()]);
    return hosts.filter((host) => matchesTarget(target, host, groups)).map((host) => ({ host }));
  }

  /** Hosts that are named and not there yet belong to nobody's scope. */
  private async placing(target: Target): Promise<Check> {
    const [hosts, all] = await Promise.all([this.hostsOf(target), this.store.activeHosts()]);
    const known = new Set(all.map(({ name }) => name.toLowerCase()));
    const unknown = (target.hosts ?? []).filter((name) => !known.has(name.toLowerCase()));
    const things = [...hosts, ...unknown.map((name) => ({ host: { name, labels: {} } }))];
    return { action: 'job.place', things, related: things, target, isNew: true };
  }

  /** Each document is about what is there under its name and about what it would be. */
  private async inDocuments(body: unknown): Promise<Check[]> {
    const { documents, set } = body as { documents: readonly unknown[]; set?: { name: string; prune: boolean } };
    // What the set has and may lose: of jobs that stay, no more is asked than below.
    const ofSet = set?.prune ? await this.store.jobsOfSet(set.name) : [];
    const checks: Check[] = ofSet.map((found) => ({ ...found, action: 'job.write' }));
    for (const raw of documents) {
      const read = readDocument(raw);
      // What cannot be read is refused by name further on, and changes nothing.
      if (!read.ok) continue;
      const { kind, spec } = read.value;
      if (kind === 'Job') {
        const job = { name: spec.name, owner: spec.owner };
        const before = await this.store.job(spec.name);
        const things = [...(before?.things ?? []), { job }];
        checks.push({ action: 'job.write', things, related: things, runAs: runAsClassesOf(spec), isNew: true });
        checks.push(await this.placing(spec.targets));
        if (spec.run.kind === 'report') checks.push(telling(spec.owner));
      } else {
        const action = writeActionOf(kind);
        checks.push({ action, things: [{}], related: [{}], isNew: true });
      }
    }
    return checks;
  }
}

/** Who has a report written must see what it may tell: each job of its team, and without a team each job there is. */
function telling(owner: string): Check {
  const things = owner === '' ? [{}] : [{ job: { name: '', owner } }];
  const refusal =
    owner === '' ? 'without an owner it tells of the jobs of all teams' : `it tells of all jobs of ${owner}`;
  return {
    action: 'read',
    things,
    related: things,
    isNew: true,
    refusal: `run.report: ${refusal}, which your roles do not let you see` satisfies RefusalText,
  };
}

function writeActionOf(kind: string): Action {
  if (kind === 'HostGroup') return 'group.write';
  // Other days are other starts, of whatever job names the calendar.
  if (kind === 'Calendar') return 'job.write';
  return kind === 'Freeze' ? 'freeze.write' : 'alert.write';
}

function bodyOf(route: Route, { params, query, body }: FastifyRequest): unknown {
  return readInput(route, { params, query, body }).body;
}
