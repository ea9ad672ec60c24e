import type { Response } from '@carillon/contract/http/route';
import { subscriptionRoutes } from '@carillon/contract/http/subscriptions.routes';
import { type SubscriptionEvent, subscriptionEvents } from '@carillon/core/alert/subscribe/subscription-events';
import { type NoticeState, noticeStates } from '@carillon/core/state/states';
import { type Command, Option } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { CliError, exitCodes, usageError } from '../lib/errors.js';
import { addListOptions, collectPages, type ListOptions } from '../lib/pages.js';
import { countOf, stateCell } from '../lib/print.js';
import { safeText } from '../lib/safe-text.js';
import type { Session } from '../lib/session.js';
import { localTime, parseSince } from '../lib/times.js';

type Subscription = Response<typeof subscriptionRoutes.get>;

/** `carillon subscriptions`, with `add`, `show`, `delete`, `test`, `deliveries` and `replay`. */
export function addSubscriptions(program: Command, cli: Cli): void {
  const command = program.command('subscriptions').description('who is told of incidents and failed runs by webhook');
  addAdd(command, cli);
  addShow(command, cli);
  addDelete(command, cli);
  addTest(command, cli);
  addDeliveries(command, cli);
  addReplay(command, cli);
  handle(addListOptions(command), cli, async (session: Session, options: ListOptions) => {
    const found = await collectPages(options, (page) => session.call(subscriptionRoutes.list, page));
    if (session.json) return session.printJson(found);
    if (found.length === 0) return session.print('no subscriptions yet: carillon subscriptions add --help');
    session.table(
      ['NAME', 'STATE', 'WAITING', 'DEAD', 'EVENTS', 'URL'],
      found.map((one) => [
        one.name,
        stateText(one),
        String(one.waiting),
        String(one.dead),
        one.events.join(', '),
        one.url,
      ]),
    );
    return undefined;
  });
}

interface AddOptions {
  readonly url: string;
  readonly event?: SubscriptionEvent[] | undefined;
  readonly match?: string[] | undefined;
  readonly secret: string[];
  readonly allowPrivateAddresses?: boolean | undefined;
}

function addAdd(parent: Command, cli: Cli): void {
  const command = parent
    .command('add')
    .description('tell an address; its secret is handed over before: carillon secret set NAME')
    .argument('<name>', 'as people say it')
    .requiredOption('--url <url>', 'where events are posted to')
    .requiredOption('--secret <name...>', 'the secret that signs them; two while one is exchanged')
    .addOption(new Option('--event <type...>', 'only these; all of them unless said').choices(subscriptionEvents))
    .option('--match <matcher...>', 'only what has these labels: env=prod, job=~nightly-.*, severity=high')
    .option('--allow-private-addresses', 'it may be at an address that is not public');
  handle(command, cli, async (session: Session, options: AddOptions, name: string) => {
    const { url, event, match, secret, allowPrivateAddresses } = options;
    const signing = secret.map((one) => ({ secret: one }));
    const events = event ?? [...subscriptionEvents];
    const body = {
      name,
      url,
      events,
      match: match ?? [],
      signing,
      allowPrivateAddresses: allowPrivateAddresses ?? false,
    };
    const made = await session.call(subscriptionRoutes.create, { body });
    if (session.json) session.printJson(made);
    else session.print(`subscription ${safeText(made.name)} is told of ${made.events.join(', ')}`);
  });
}

function addShow(parent: Command, cli: Cli): void {
  const command = named(parent, 'show', 'one subscription');
  handle(command, cli, async (session: Session, _options: object, name: string) => {
    const one = await find(session, name);
    if (session.json) return session.printJson(one);
    session.fields([
      ['name', one.name],
      ['id', one.id],
      ['state', stateText(one)],
      ['url', one.url],
      ['events', one.events.join(', ')],
      ['match', one.match.join(', ') || 'everything'],
      ['signed with', one.signing.map(({ secret }) => secret).join(', ')],
      ['events waiting', `${one.waiting}; ${one.dead} given up, ${one.dropped} dropped`],
      ['made by', `${one.author} at ${localTime(one.createdAt)}`],
    ]);
    return undefined;
  });
}

function addDelete(parent: Command, cli: Cli): void {
  const command = named(parent, 'delete', 'take it away, with what waits for it');
  handle(command, cli, async (session: Session, _options: object, name: string) => {
    const one = await find(session, name);
    const removed = await session.call(subscriptionRoutes.remove, { id: one.id });
    if (session.json) session.printJson(removed);
    else session.print(`subscription ${safeText(one.name)} is deleted`);
  });
}

function addTest(parent: Command, cli: Cli): void {
  const command = named(parent, 'test', 'send a signed ping now, and tell what the endpoint says');
  handle(command, cli, async (session: Session, _options: object, name: string) => {
    const { id } = await find(session, name);
    const result = await session.call(subscriptionRoutes.test, { id });
    if (session.json) session.printJson(result);
    else if (result.sent) session.print(`sent in ${result.tookMs} ms`);
    else session.note(`not sent: ${safeText(result.message)} (${result.code})`);
    return result.sent ? exitCodes.ok : exitCodes.failed;
  });
}

function addDeliveries(parent: Command, cli: Cli): void {
  const command = named(parent, 'deliveries', 'its events and what became of them, newest first').addOption(
    new Option('--state <state>', 'only those in this state').choices(noticeStates),
  );
  handle(
    addListOptions(command),
    cli,
    async (session: Session, options: ListOptions & { state?: NoticeState }, name: string) => {
      const { id } = await find(session, name);
      const { state } = options;
      const items = await collectPages(options, (page) =>
        session.call(subscriptionRoutes.deliveries, { id, state, ...page }),
      );
      if (session.json) return session.printJson(items);
      if (items.length === 0) return session.print('no event matches');
      session.table(
        ['ID', 'AT', 'EVENT', 'ABOUT', 'STATE', 'TRIES', 'WHAT THE ENDPOINT SAID'],
        items.map((item) => [
          item.id,
          localTime(item.createdAt),
          item.type,
          item.incident === null ? (item.runId ?? '-') : `#${item.incident}`,
          stateCell(item.state),
          String(item.attempts),
          item.outcome?.text ?? '-',
        ]),
      );
      return undefined;
    },
  );
}

function addReplay(parent: Command, cli: Cli): void {
  const command = named(parent, 'replay', 'send events again: some, or those since a time that were given up')
    .argument('[id...]', 'which ones, as `deliveries` lists them')
    .option('--since <when>', 'those since then: 2h (ago), or 2026-03-01T08:00')
    .option('--sent', 'with --since: those that were sent, too');
  handle(
    command,
    cli,
    async (session: Session, options: { since?: string; sent?: boolean }, name: string, ids: string[] = []) => {
      if ((ids.length === 0) === (options.since === undefined))
        throw usageError('subscriptions replay: expected either ids or --since');
      const { id } = await find(session, name);
      const since = options.since === undefined ? undefined : parseSince(options.since, session.io.now());
      const body = since === undefined ? { ids } : { since, sent: options.sent ?? false };
      const { replayed } = await session.call(subscriptionRoutes.replay, { id, body });
      if (session.json) session.printJson({ replayed });
      else session.print(`${countOf(replayed, 'event')} sent again`);
    },
  );
}

function named(parent: Command, name: string, description: string): Command {
  return parent.command(name).description(description).argument('<name>', 'its name or id');
}

/** @throws CliError when nobody is called so */
async function find(session: Session, name: string): Promise<Subscription> {
  const found = await collectPages({ limit: 1, all: true }, (page) => session.call(subscriptionRoutes.list, page));
  const one = found.find(({ id, name: other }) => id === name || other.toLowerCase() === name.toLowerCase());
  if (!one) throw new CliError(`there is no subscription ${JSON.stringify(name)}`, { code: 'not_found' });
  return one;
}

function stateText({ enabled, health, problem, missingSecrets }: Subscription): string {
  if (!enabled) return 'switched off';
  if (missingSecrets.length > 0) return `lacks ${missingSecrets.join(', ')} (carillon secret set)`;
  return problem ? `${health}: ${problem.text}` : health;
}
