import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { createReadStream, readFileSync, statSync, writeFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { releasePartBytes, upgradeRoutes } from '@carillon/contract/http/upgrade.routes';
import { canonicalJson } from '@carillon/core/desired/canonical-json';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { type Release, releasePlatforms, releaseSchema } from '@carillon/core/upgrade/release';
import type { Command } from 'commander';
import { type Cli, handle } from '../lib/command.js';
import { usageError } from '../lib/errors.js';
import { parseLabels } from '../lib/label-arguments.js';
import { addListOptions, collectPages, type ListOptions, positiveInteger } from '../lib/pages.js';
import { countOf } from '../lib/print.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';

/** `carillon upgrade key | publish | plan | stop | status`: newer agents, signed, and in rings. */
export function addUpgrade(program: Command, cli: Cli): void {
  const upgrade = program.command('upgrade').description('newer versions of the agent, signed and in rings');
  addKey(upgrade, cli);
  addPublish(upgrade, cli);
  addPlan(upgrade, cli);
  addStop(upgrade, cli);
  addStatus(upgrade, cli);
}

function addKey(upgrade: Command, cli: Cli): void {
  const command = upgrade
    .command('key')
    .description('make the key that signs releases; keep it away from the server')
    .argument('<file>', 'where the private key goes; must not exist');
  handle(command, cli, async (session: Session, _options: object, file: string) => {
    const { privateKey, publicKey } = makeKeyPair();
    writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o600, flag: 'wx' });
    if (session.json) return session.printJson({ file, publicKey });
    // Only the key on stdout, so that it can be handed on.
    session.print(publicKey);
    session.note(`private key in ${file}; agents take the public one: carillon-agent install --release-key KEY`);
  });
}

interface PublishOptions {
  readonly agentVersion: string;
  readonly platform: Release['platform'];
  readonly key: string;
  readonly days: number;
}

function addPublish(upgrade: Command, cli: Cli): void {
  const command = upgrade
    .command('publish')
    .description('sign a program file of the agent and hand it to the server; nobody gets it before a plan')
    .argument('<file>', 'carillon-agent.exe, or the one script carillon-agent.cjs')
    .requiredOption('--agent-version <n.n.n>', 'what the file says to --version')
    .requiredOption('--platform <name>', releasePlatforms.join(' or '))
    .requiredOption('--key <file>', 'private key of `upgrade key`')
    .option('--days <n>', 'how long agents take it', positiveInteger, 90);
  handle(command, cli, async (session: Session, options: PublishOptions, file: string) => {
    const release = await releaseOf(file, options, session.io.now());
    const text = canonicalJson(release);
    const body = { text, signature: signText(privateKeyAt(options.key), 'carillon/v1/release', text) };
    let state = await session.call(upgradeRoutes.publish, { body });
    const source = await open(file);
    try {
      while (!state.complete) {
        const buffer = Buffer.alloc(Math.min(releasePartBytes, release.bytes - state.received));
        const { bytesRead } = await source.read(buffer, 0, buffer.length, state.received);
        const part = { offset: state.received, data: buffer.subarray(0, bytesRead).toString('base64') };
        state = await session.call(upgradeRoutes.part, { sha256: release.sha256, body: part });
      }
    } finally {
      await source.close();
    }
    if (session.json) session.printJson(state);
    else session.print(`published ${state.version} for ${state.platform}, ${state.bytes} bytes, ${state.sha256}`);
  });
}

async function releaseOf(file: string, options: PublishOptions, nowMs: number): Promise<Release> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(file), hash);
  const parsed = releaseSchema.safeParse({
    kind: 'carillon/release/v1',
    version: options.agentVersion,
    platform: options.platform,
    sha256: hash.digest('hex'),
    bytes: statSync(file).size,
    expires: new Date(nowMs + options.days * 86_400_000).toISOString(),
  });
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  const option = issue?.path[0] === 'version' ? '--agent-version' : `--${String(issue?.path[0])}`;
  throw usageError(`${option}: ${issue?.message}`);
}

function privateKeyAt(file: string): KeyObject {
  try {
    return createPrivateKey(readFileSync(file, 'utf8'));
  } catch (error) {
    throw usageError(
      `--key: expected a file made by \`upgrade key\` (${error instanceof Error ? error.message : error})`,
    );
  }
}

interface PlanOptions {
  readonly all?: boolean;
  readonly label?: string[];
  readonly host?: string[];
  readonly group?: string[];
  readonly percent: number;
  readonly healthyWithin: number;
}

function addPlan(upgrade: Command, cli: Cli): void {
  const command = upgrade
    .command('plan')
    .description('say which hosts are to get a version; widen a ring by planning it again with a higher percentage')
    .argument('<version>', 'a published version')
    .option('--all', 'every host')
    .option('--label <key=value...>', 'hosts with these labels')
    .option('--host <name...>', 'these hosts')
    .option('--group <name...>', 'hosts of these saved groups')
    .option('--percent <n>', 'of the hosts that are selected', positiveInteger, 100)
    .option(
      '--healthy-within <minutes>',
      'how long the new version has to connect before its host goes back',
      Number,
      5,
    );
  handle(command, cli, async (session: Session, options: PlanOptions, version: string) => {
    const { all, label, host, group, percent } = options;
    const target = {
      ...(all ? { all: true as const } : {}),
      ...(label ? { labels: parseLabels(label) } : {}),
      ...(host ? { hosts: host } : {}),
      ...(group ? { groups: group } : {}),
    };
    if (Object.keys(target).length === 0) throw usageError('expected at least one of --all, --label, --host, --group');
    const body = { version, target, percent, healthWithinMinutes: options.healthyWithin };
    const ring = await session.call(upgradeRoutes.setRing, { body });
    if (session.json) session.printJson(ring);
    else session.print(`${ring.version} goes to ${ring.percent} % of ${ring.target}`);
  });
}

function addStop(upgrade: Command, cli: Cli): void {
  const command = upgrade
    .command('stop')
    .description('offer a version to nobody any more; hosts that have it keep it')
    .argument('<version>', 'a planned version');
  handle(command, cli, async (session: Session, _options: object, version: string) => {
    const stopped = await session.call(upgradeRoutes.stop, { version });
    if (session.json) session.printJson(stopped);
    else session.print(`${stopped.version} is offered to nobody any more (${countOf(stopped.rings, 'ring')})`);
  });
}

function addStatus(upgrade: Command, cli: Cli): void {
  const command = upgrade.command('status').description('version of each host, what it is offered, what became of it');
  handle(addListOptions(command), cli, async (session: Session, options: ListOptions) => {
    const hosts = await collectPages(options, (page) => session.call(upgradeRoutes.hosts, page));
    if (session.json) return session.printJson(hosts);
    session.table(
      ['HOST', 'VERSION', 'WANTED', 'STATE', 'LAST'],
      hosts.map(({ host, version, wanted, reason, last }) => [
        host,
        version,
        wanted ?? '-',
        reason === null ? 'offered' : words[reason],
        last ? `${last.version} ${last.state} ${localTime(last.at)}${last.message ? `: ${last.message}` : ''}` : '-',
      ]),
    );
  });
}

const words = {
  no_ring: 'in no ring',
  up_to_date: 'up to date',
  not_capable: 'cannot be upgraded',
  not_published: 'not published for it',
  failed_here: 'went back from it',
  halted: 'halted: other hosts went back from it',
} as const;
