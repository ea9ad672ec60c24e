import { alertDocumentRoutes } from '@carillon/contract/http/alert-documents.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import type { Response } from '@carillon/contract/http/route';
import type { MaintenanceWindowSpec } from '@carillon/core/alert/documents/maintenance-window.schema';
import type { OnCallSpec } from '@carillon/core/alert/documents/on-call.schema';
import type { SilenceSpec } from '@carillon/core/alert/documents/silence.schema';
import { writeMatcher } from '@carillon/core/alert/quiet/matchers';
import { isSilenceActive } from '@carillon/core/alert/quiet/mute';
import { nextWindow, windowAt } from '@carillon/core/alert/quiet/windows';
import { type DutySpan, dutySpans } from '@carillon/core/alert/route/on-call';
import type { AlertDocumentKind } from '@carillon/core/state/states';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { countOf } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { localTime, parseUntil } from '../lib/times.js';

interface SilenceOptions {
  readonly label?: string[] | undefined;
  readonly job?: string | undefined;
  readonly for?: string | undefined;
  readonly until?: string | undefined;
  readonly reason?: string | undefined;
  readonly name?: string | undefined;
  readonly preview?: boolean | undefined;
}

const weekMs = 7 * 86_400_000;

/** `carillon silences`, `silence`, `maintenance`, `alert-policies` and `on-call`. */
export function addSilences(program: Command, cli: Cli): void {
  addSilence(program, cli);
  const silences = program.command('silences').description('what is not told for a while, and until when');
  handle(addListOptions(silences), cli, async (session: Session, options: ListOptions) => {
    const items = await all<SilenceSpec>(session, 'Silence', options);
    if (session.json) return session.printJson(items);
    if (items.length === 0) return session.print('there are no silences');
    const nowMs = session.io.now();
    const stateOf = (spec: SilenceSpec) =>
      isSilenceActive(spec, nowMs) ? 'active' : Date.parse(spec.until) <= nowMs ? 'over' : 'to come';
    session.table(
      ['NAME', 'STATE', 'UNTIL', 'BY', 'MATCH', 'REASON'],
      items.map(({ name, spec, author }) => [
        name,
        stateOf(spec),
        localTime(spec.until),
        spec.author ?? author,
        spec.match.map(writeMatcher).join(' '),
        spec.reason,
      ]),
    );
    return undefined;
  });

  const maintenance = program
    .command('maintenance')
    .description('maintenance windows: which is open, and when the next begins');
  handle(addListOptions(maintenance), cli, async (session: Session, options: ListOptions) => {
    const items = await all<MaintenanceWindowSpec>(session, 'MaintenanceWindow', options);
    const nowMs = session.io.now();
    const told = items.map((item) => ({
      ...item,
      open: windowAt(item.spec, nowMs),
      next: nextWindow(item.spec, nowMs),
    }));
    const iso = (span: { fromMs: number; untilMs: number } | null) =>
      span && { from: new Date(span.fromMs).toISOString(), until: new Date(span.untilMs).toISOString() };
    if (session.json)
      return session.printJson(told.map(({ open, next, ...item }) => ({ ...item, open: iso(open), next: iso(next) })));
    if (told.length === 0) return session.print('there are no maintenance windows');
    session.table(
      ['NAME', 'NOW', 'NEXT', 'MATCH', 'REASON'],
      told.map(({ name, spec, open, next }) => [
        name,
        open ? `open until ${localTime(open.untilMs)}` : 'closed',
        next ? localTime(next.fromMs) : '-',
        spec.match.map(writeMatcher).join(' ') || 'everything',
        spec.reason || '-',
      ]),
    );
    return undefined;
  });

  const policies = program.command('alert-policies').description('alert policies and the jobs they are assigned to');
  handle(addListOptions(policies), cli, async (session: Session, options: ListOptions) => {
    const items = await collectPages(options, (page) => session.call(jobRoutes.alertPolicies, page));
    if (session.json) return session.printJson(items);
    if (items.length === 0) return session.print('there are no alert policies');
    session.table(
      ['NAME', 'SEVERITY', 'JOBS', 'WHEN', 'DESCRIPTION'],
      items.map(({ name, severity, jobs, when, description }) => [
        name,
        severity,
        jobs.join(', ') || '-',
        JSON.stringify(when),
        description || '-',
      ]),
    );
    return undefined;
  });

  const onCall = program.command('on-call').description('who is on duty now, and who is next');
  handle(addListOptions(onCall), cli, async (session: Session, options: ListOptions) => {
    const items = await all<OnCallSpec>(session, 'OnCall', options);
    const nowMs = session.io.now();
    const told = items.map(({ name, spec }) => {
      const [now, next] = dutySpans(spec, { fromMs: nowMs, untilMs: nowMs + 5 * weekMs });
      return {
        name,
        now: dutyOf(now),
        until: next ? new Date(next.fromMs).toISOString() : null,
        next: next ? dutyOf(next) : null,
      };
    });
    if (session.json) return session.printJson(told);
    if (told.length === 0) return session.print('there are no on-call schedules');
    session.table(
      ['SCHEDULE', 'NOW', 'UNTIL', 'NEXT'],
      told.map(({ name, now, until, next }) => [
        name,
        now ? `${now.person} (${now.by})` : { text: 'nobody', colour: 'red' as const },
        until ? localTime(until) : '-',
        until === null ? '-' : next ? next.person : { text: 'nobody', colour: 'red' as const },
      ]),
    );
    return undefined;
  });
}

function addSilence(program: Command, cli: Cli): void {
  const command = program
    .command('silence')
    .description(
      'tell nobody about alerts of a host, a job or labels for a while; see also silences and delete Silence',
    )
    .argument('[host]', 'a host')
    .option('--job <name>', 'of this job')
    .option('--label <matcher...>', 'that are so: role=db, env!=prod, host=~web-.*; all of them')
    .option('--for <duration>', 'for so long: 90m, 2h, 1d')
    .option('--until <when>', 'until then: 2026-03-01T08:00')
    .option('--reason <text>', 'why, for those who wonder')
    .option('--name <name>', 'name of the silence')
    .option('--preview', 'only say what it would mute now');
  handle(command, cli, async (session: Session, options: SilenceOptions, host: string | undefined) => {
    const { kind, name, ...body } = readSilence(host, options, session.io.now());
    const preview = await session.call(alertDocumentRoutes.preview, { body: { document: { kind, name, ...body } } });
    if (options.preview) return session.json ? session.printJson(preview) : tellPreview(session, preview);
    const done = await session.call(alertDocumentRoutes.put, { kind, name, body });
    if (session.json) return session.printJson({ ...done, until: body.until, preview });
    session.print(`silence ${safeText(name)} until ${localTime(body.until)}`);
    return tellPreview(session, preview);
  });
}

function readSilence(host: string | undefined, options: SilenceOptions, nowMs: number) {
  const { job, label = [], until, for: span, reason, name, preview } = options;
  const match = [
    ...(host === undefined ? [] : [`host=${host}`]),
    ...(job === undefined ? [] : [`job=${job}`]),
    ...label,
  ];
  if (match.length === 0) throw usageError('silence what? Name a host, or give --job or --label');
  if ((until === undefined) === (span === undefined))
    throw usageError('until when? Give --for DURATION or --until TIME');
  if (reason === undefined && !preview) throw usageError('why? Give --reason TEXT: others will wonder');
  const end = until === undefined ? parseUntil(span ?? '', nowMs, '--for') : parseUntil(until, nowMs, '--until');
  return {
    kind: 'Silence' as const,
    name: name ?? `cli-${nowMs.toString(36)}`,
    match,
    until: end,
    reason: reason ?? 'preview',
  };
}

function tellPreview(
  session: Session,
  { incidents, incidentsTotal, alerts }: Response<typeof alertDocumentRoutes.preview>,
): undefined {
  session.print(`mutes ${countOf(incidentsTotal, 'open incident')} with ${countOf(alerts, 'alert')} now`);
  for (const { number, title } of incidents) session.print(`  #${number} ${safeText(title)}`);
}

/** All documents of a kind, each with its specification as core has it. */
async function all<Spec>(session: Session, kind: AlertDocumentKind, options: ListOptions) {
  const items = await collectPages(options, (page) => session.call(alertDocumentRoutes.list, { kind, ...page }));
  // The contract leaves it open; it is what core's reader wrote.
  return items.map((item) => ({ ...item, spec: item.spec as unknown as Spec }));
}

function dutyOf(span: DutySpan | undefined): { person: string; by: string } | null {
  return span?.duty ? { person: span.duty.person, by: span.duty.by } : null;
}
