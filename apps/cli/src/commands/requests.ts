import { requestRoutes } from '@carillon/contract/http/requests.routes';
import type { Response } from '@carillon/contract/http/route';
import { requestStates } from '@carillon/core/approval/change-request';
import { approvalsOfRequest } from '@carillon/core/approval/request-approvals';
import { mostApprovedHosts, type SignedApproval, signApproval } from '@carillon/core/approval/signed-approval';
import { canonicalJson, type Json, sha256Hex } from '@carillon/core/desired/canonical-json';
import { type Command, Option } from 'commander';
import { type ApproverKey, loadApproverKey } from '../lib/approver-key.js';
import { type Cli, handle } from '../lib/command.js';
import { CliError, usageError } from '../lib/errors.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { countOf } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';
import type { Plan } from '../plan/plan.js';
import { planText } from '../plan/plan-text.js';

type Detail = Response<typeof requestRoutes.get>;
type Request = Response<typeof requestRoutes.approve>;

/** `carillon requests`, with `show`, `approve`, `reject` and `withdraw`. */
export function addRequests(program: Command, cli: Cli): void {
  const command = program
    .command('requests')
    .description('changes of protected hosts that wait for others to approve them')
    .addOption(new Option('--state <state>', 'only those').choices(requestStates));
  addShow(command, cli);
  addApprove(command, cli);
  addReject(command, cli);
  addWithdraw(command, cli);
  const list = async (session: Session, options: ListOptions & { state?: Request['state'] }) => {
    const { state } = options;
    const found = await collectPages(options, (page) =>
      session.call(requestRoutes.list, { ...page, ...(state === undefined ? {} : { state }) }),
    );
    if (session.json) return session.printJson(found);
    session.table(
      ['NUMBER', 'STATE', 'APPROVED', 'AUTHOR', 'SINCE', 'GROUPS', 'WHAT'],
      found.map((one) => [
        ...[String(one.number), one.state, `${one.approvals.length} of ${one.required}`, one.author],
        ...[localTime(one.createdAt), one.groups.join(' '), one.title],
      ]),
    );
    return undefined;
  };
  handle(addListOptions(command), cli, list);
  handle(addListOptions(command.command('list').description('the same')), cli, list);
}

function addShow(parent: Command, cli: Cli): void {
  const command = parent
    .command('show')
    .description('one of them, with what it would change')
    .argument('<number>', 'as the list shows it');
  handle(command, cli, async (session: Session, _options: object, word: string) => {
    const detail = await session.call(requestRoutes.get, { number: numberOf(word) });
    if (session.json) return session.printJson({ ...detail, expect: expectOf(detail) });
    session.fields(fieldsOf(detail));
    session.print('');
    const plan = planOf(detail);
    if (plan) session.print(planText(plan));
    // Who signs, signs what is asked for, and not what the server says of it.
    if (!plan || loadApproverKey(session.io))
      session.print(safeText(JSON.stringify({ ...detail.body, ...signedBeside(detail) }, null, 2)));
    if (detail.state === 'open' && detail.refusal === null)
      session.note(
        `approve exactly this with: carillon requests approve ${detail.number} --expect ${expectOf(detail)}`,
      );
    return undefined;
  });
}

function addApprove(parent: Command, cli: Cli): void {
  const command = parent
    .command('approve')
    .description(
      'approve what was shown; with enough approvals it is done. With an approver key its jobs are signed, too',
    )
    .argument('<number>', 'as the list shows it')
    .requiredOption('--expect <hash>', 'as `requests show` says it: what you have seen, and nothing else');
  handle(command, cli, async (session: Session, { expect }: { expect: string }, word: string) => {
    const detail = await session.call(requestRoutes.get, { number: numberOf(word) });
    if (expectOf(detail) !== expect)
      throw new CliError(
        `--expect: expected ${expect}, got ${expectOf(detail)}: it is not what you have seen; look again`,
        {
          code: 'conflict',
          params: { expected: expect, current: expectOf(detail) },
        },
      );
    const { number, planHash } = detail;
    const key = loadApproverKey(session.io);
    const signatures = key ? signJobs(session, key, detail) : [];
    const signed = signatures.length > 0 ? { signatures } : {};
    const done = await session.call(requestRoutes.approve, { number, body: { planHash, ...signed } });
    if (session.json) return session.printJson(done);
    const jobs = signatures.length > 0 ? `; signed ${countOf(signatures.length, 'job')}` : '';
    session.print(`${stateLine(done)}${jobs}`);
    return undefined;
  });
}

/** Signs the jobs that an apply would write: as its documents say, worked out here, and for the hosts that it showed. */
function signJobs(session: Session, { privateKey, publicKey }: ApproverKey, detail: Detail): SignedApproval[] {
  const { approvals, tooMany } = approvalsOfRequest(detail);
  for (const name of tooMany)
    session.note(`job ${safeText(name)} is not signed: an approval names less than ${mostApprovedHosts} hosts`);
  return approvals.map((approval) => signApproval(privateKey, publicKey, approval));
}

function addReject(parent: Command, cli: Cli): void {
  const command = parent
    .command('reject')
    .description('say no to it')
    .argument('<number>', 'as the list shows it')
    .requiredOption('--reason <text>', 'why');
  handle(command, cli, async (session: Session, { reason }: { reason: string }, word: string) => {
    show(session, await session.call(requestRoutes.reject, { number: numberOf(word), body: { reason } }));
  });
}

function addWithdraw(parent: Command, cli: Cli): void {
  const command = parent
    .command('withdraw')
    .description('take back one of your own')
    .argument('<number>', 'as the list shows it');
  handle(command, cli, async (session: Session, _options: object, word: string) => {
    show(session, await session.call(requestRoutes.withdraw, { number: numberOf(word) }));
  });
}

function show(session: Session, request: Request): void {
  if (session.json) session.printJson(request);
  else session.print(stateLine(request));
}

function stateLine({ number, state, approvals, required, outcome }: Request): string {
  const approved = state === 'open' ? `, approved by ${approvals.length} of ${required}` : '';
  return safeText(`change request ${number}: ${state}${approved}${outcome ? ` (${outcome})` : ''}`);
}

function fieldsOf(detail: Detail) {
  const {
    number,
    title,
    state,
    author,
    reason,
    groups,
    hosts,
    required,
    approvals,
    expiresAt,
    outcome,
    refusal,
    changes,
  } = detail;
  return [
    ['request', `${number}: ${title}`],
    ['state', outcome ? `${state}: ${outcome}` : state],
    ['author', author],
    ['reason', reason ?? '-'],
    ['groups', groups.join(', ')],
    ['hosts', hosts.map(safeText).join(', ') || '-'],
    ['approved', `${approvals.length} of ${required}${approvals.map(({ name }) => `, ${name}`).join('')}`],
    ['until', localTime(expiresAt)],
    ...(refusal ? ([['you', `may not approve it: ${refusal}`]] as const) : []),
    ...changes.map((change) => ['changed', change] as const),
  ] as const;
}

/** As `apply --plan` shows it. */
function planOf({ plan, planHash }: Detail): Plan | undefined {
  if (!plan) return undefined;
  const planned = (of: typeof plan.results) =>
    of.flatMap((result) => (result.plan ? [{ ...result, plan: result.plan }] : []));
  const followed = planned(plan.followed ?? []);
  return { hash: planHash, moved: plan.plan?.moved ?? [], results: planned(plan.results), followed };
}

/** What goes into signatures beside the documents that were asked for: days of calendars, and the jobs that follow one. */
function signedBeside({ plan }: Pick<Detail, 'plan'>): { calendars?: unknown; followed?: unknown } {
  const calendars = plan?.plan?.calendars ?? [];
  const followed = (plan?.followed ?? []).map((result) => result.plan?.document);
  return {
    ...(calendars.length > 0 ? { calendars } : {}),
    ...(followed.length > 0 ? { followed } : {}),
  };
}

/** Of what was shown, worked out here: what is approved and signed is held to it, whatever the server says next time. */
function expectOf({ planHash, act, body, plan, jobs, author }: Detail): string {
  const hostsOf = (results: NonNullable<typeof plan>['results']) =>
    results.map(({ kind, name, change, plan: one }) => ({ kind, name, change, hosts: one?.hosts ?? [] }));
  const hosts = [...hostsOf(plan?.results ?? []), ...hostsOf(plan?.followed ?? [])];
  const told = JSON.parse(JSON.stringify({ act, body, ...signedBeside({ plan }), hosts, jobs, author })) as Json;
  return `${planHash}-${sha256Hex(canonicalJson(told)).slice(0, 16)}`;
}

function numberOf(word: string): number {
  if (/^\d{1,15}$/.test(word)) return Number(word);
  throw usageError(`expected the number of a change request, got ${JSON.stringify(word)}`);
}
