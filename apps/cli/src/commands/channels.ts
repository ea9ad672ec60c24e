import { channelRoutes } from '@carillon/contract/http/channels.routes';
import { type NoticeState, noticeStates } from '@carillon/core/state/states';
import { type Command, Option } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { exitCodes, usageError } from '../lib/errors.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { countOf } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { localTime, parseSince } from '../lib/times.js';

/** `carillon channels`, with `test`. */
export function addChannels(program: Command, cli: Cli): void {
  const command = program.command('channels').description('where notices go, and whether it works');
  addTest(command, cli);
  handle(addListOptions(command), cli, async (session: Session, options: ListOptions) => {
    const channels = await collectPages(options, (page) => session.call(channelRoutes.list, page));
    if (session.json) return session.printJson(channels);
    if (channels.length === 0) return session.print('no channels yet; examples/alerting shows one of each type');
    session.table(
      ['CHANNEL', 'TYPE', 'STATE', 'WAITING', 'DEAD', 'FALLBACK'],
      channels.map((channel) => [
        channel.name,
        channel.type,
        stateText(channel),
        String(channel.waiting),
        String(channel.dead),
        channel.fallback ?? '-',
      ]),
    );
    return undefined;
  });
}

function stateText({
  enabled,
  health,
  problem,
  missingSecrets,
}: {
  enabled: boolean;
  health: string;
  problem: { text: string } | null;
  missingSecrets: readonly string[];
}): string {
  if (!enabled) return 'switched off';
  if (missingSecrets.length > 0) return `lacks ${missingSecrets.join(', ')} (carillon secret set)`;
  return health === 'works' ? 'works' : `${health}: ${problem?.text ?? ''}`;
}

function addTest(parent: Command, cli: Cli): void {
  const command = parent
    .command('test')
    .description('send a real notice now, and tell what the provider says; look whether tickets could be made')
    .argument('<channel>', 'its name')
    .option('--create', 'of a channel of tickets: make one and end it');
  handle(command, cli, async (session: Session, options: { create?: boolean }, name: string) => {
    const result = await session.call(channelRoutes.test, { name, ...(options.create ? { create: 'true' } : {}) });
    if (session.json) session.printJson(result);
    else if (result.checks) tellChecks(session, result.checks);
    else if (result.sent) session.print(`sent in ${result.tookMs} ms (${safeText(result.message)})`);
    else session.note(`not sent: ${safeText(result.message)} (${result.code})`);
    return result.sent ? exitCodes.ok : exitCodes.failed;
  });
}

function tellChecks(session: Session, checks: readonly { what: string; ok: boolean; text: string }[]): void {
  session.table(
    ['CHECK', 'OK', 'WHAT'],
    checks.map(({ what, ok, text }) => [what, ok ? 'yes' : { text: 'no', colour: 'red' as const }, text]),
  );
}

interface DeliveryOptions extends ListOptions {
  readonly state?: NoticeState | undefined;
  readonly channel?: string | undefined;
  readonly since?: string | undefined;
}

/** `carillon deliveries`, with `replay`. */
export function addDeliveries(program: Command, cli: Cli): void {
  const command = program
    .command('deliveries')
    .description('notices and what became of them, newest first')
    .addOption(new Option('--state <state>', 'only those in this state').choices(noticeStates))
    .option('--channel <name>', 'only of this channel')
    .option('--since <when>', 'written since then: 2h (ago), or 2026-03-01T08:00');
  addReplay(command, cli);
  handle(addListOptions(command), cli, async (session: Session, options: DeliveryOptions) => {
    const { state, channel } = options;
    const filters = { state, channel, since: sinceOf(session, options) };
    const items = await collectPages(options, (page) =>
      session.call(channelRoutes.deliveries, { ...filters, ...page }),
    );
    if (session.json) return session.printJson(items);
    if (items.length === 0) return session.print('no notice matches');
    session.table(
      ['ID', 'AT', 'CHANNEL', 'INCIDENT', 'REASON', 'STATE', 'TRIES', 'WHAT THE CHANNEL SAID'],
      items.map((item) => [
        item.id,
        localTime(item.createdAt),
        item.channel,
        item.incident === null ? '-' : `#${item.incident}`,
        item.reason,
        item.state,
        String(item.attempts),
        item.outcome?.text ?? '-',
      ]),
    );
    return undefined;
  });
}

function addReplay(parent: Command, cli: Cli): void {
  const command = parent
    .command('replay')
    .description('send dead letters again: some, or all of a channel, or all since a time')
    .argument('[id...]', 'which ones');
  // Options of the command above it are read there: the same names mean the same here.
  handle(command, cli, async (session: Session, _options: object, ids: string[] = []) => {
    const options = parent.opts<DeliveryOptions>();
    const since = sinceOf(session, options);
    if (ids.length === 0 && options.channel === undefined && since === undefined)
      throw usageError('deliveries replay: expected ids, or --channel, or --since');
    const body = { ...(ids.length > 0 ? { ids } : {}), channel: options.channel, since };
    const { replayed } = await session.call(channelRoutes.replay, { body });
    if (session.json) session.printJson({ replayed });
    else session.print(`${countOf(replayed, 'notice')} sent again`);
  });
}

function sinceOf(session: Session, { since }: DeliveryOptions): string | undefined {
  return since === undefined ? undefined : parseSince(since, session.io.now());
}
