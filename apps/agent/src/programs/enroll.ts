import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { keyFingerprint } from '@carillon/core/host/join-token';
import { judgeKeySet, readKeySet, rootFingerprint, type SignedKeySet } from '@carillon/core/signing/key-set';
import { protectFolder } from '../install/rights.js';
import { hostFactsOf } from '../lib/host-facts.js';
import { selfCommand } from '../lib/self-command.js';
import { Channel } from '../link/channel.js';
import { joinServer } from '../link/handshake.js';
import type { Route } from '../link/route.js';
import { agentFolderAt, prepareAgentFolder } from '../state/agent-folder.js';
import { loadOrMakeIdentity, storeEnrolment } from '../state/identity.js';
import { schedulerFrom, serverList, storeSettings } from '../state/settings.js';
import { TrustKeeper } from '../state/trust.js';

export interface EnrollOptions extends Route {
  /** Address, or several with commas between them, the best first. */
  readonly server: string;
  readonly data: string;
  readonly token: string;
  readonly name?: string | undefined;
  /** Fingerprint of the centre's root key, as whoever runs it says: no other centre is joined. */
  readonly root?: string | undefined;
  /** JSON list; only where there is no Task Scheduler. */
  readonly schtasksCommand?: string | undefined;
  /** JSON list; what reads Task Scheduler's log there. */
  readonly wevtutilCommand?: string | undefined;
}

/**
 * Joins a server: makes the key, stores it, trades the join token, pins the server's signer keys.
 * @throws Error naming the option, LinkError with the server's reason
 */
export async function enroll(
  options: EnrollOptions,
  env: NodeJS.ProcessEnv,
): Promise<{ agentId: string; name: string; waits: boolean; keyFingerprint: string }> {
  const scheduler = schedulerFrom(options.schtasksCommand, env, options.wevtutilCommand);
  const folder = agentFolderAt(options.data);
  prepareAgentFolder(folder);
  // Before there is a private key in it.
  protectFolder(folder);
  const identity = loadOrMakeIdentity(folder);
  if (identity.agentId !== undefined) {
    throw new Error(
      `${folder.root}: already enrolled as ${identity.name}; choose another --data, or remove the folder to start over`,
    );
  }
  // Of a host that was taken out here before.
  rmSync(folder.leaving, { force: true });
  const servers = serverList(options.server);
  const { proxy } = options;
  const files = filesOf(options);
  const { server, channel } = await openFirst(servers, { proxy, ...files });
  try {
    const enrolled = await joinServer(
      channel,
      server,
      identity,
      options.token,
      hostFactsOf(scheduler.kind, options.name),
    );
    storeSettings(folder, {
      server,
      ...(servers.length > 1 ? { servers } : {}),
      ...(proxy === undefined ? {} : { proxy }),
      ...files,
      scheduler,
      ...(options.name === undefined ? {} : { name: options.name }),
      runner: selfCommand('run', '--data', folder.root),
    });
    const { signerKeys, releaseKeys = [], keys } = enrolled.trust;
    requireRoot(options.root, keys);
    requireGood(signerKeys, keys);
    storeEnrolment(folder, identity, { agentId: enrolled.agentId, name: enrolled.name, signerKeys }, releaseKeys);
    // Vouched for by the keys that came with it.
    if (keys) new TrustKeeper(folder).take(keys);
    const { agentId, name, state } = enrolled;
    return {
      agentId,
      name,
      waits: state === 'pending',
      keyFingerprint: keyFingerprint(identity.publicKey, sha256Hex),
    };
  } finally {
    channel.close();
  }
}

/** @throws Error when what comes with the answer is not vouched for by the keys in it: nothing of it is trusted */
function requireGood(signerKeys: readonly string[], keys: SignedKeySet | undefined): void {
  const verdict = keys && judgeKeySet(keys, { root: null, version: 0, signerKeys });
  if (verdict?.ok === false) throw new Error(`the centre's set of keys is not good: ${verdict.message}`);
}

/** @throws Error when the centre's root key is not the one that was named */
function requireRoot(fingerprint: string | undefined, keys: SignedKeySet | undefined): void {
  if (fingerprint === undefined) return;
  const root = keys && readKeySet(keys.text)?.root;
  const found = root === undefined ? 'no root key' : rootFingerprint(root, sha256Hex);
  if (found === fingerprint.toLowerCase().replaceAll(':', '')) return;
  throw new Error(
    `--root: expected a centre with the root key ${fingerprint}, this one has ${found}; nothing is trusted`,
  );
}

/** Full paths of what the way to the server needs: the agent runs elsewhere than this. */
function filesOf({ ca, tlsCert, tlsKey }: Route): Pick<Route, 'ca' | 'tlsCert' | 'tlsKey'> {
  const given = Object.entries({ ca, tlsCert, tlsKey }).filter(([, path]) => path !== undefined);
  return Object.fromEntries(given.map(([name, path]) => [name, resolve(path as string)]));
}

/** The first address that answers. @throws LinkError of the last one */
async function openFirst(
  servers: readonly string[],
  route: Route,
): Promise<{ readonly server: string; readonly channel: Channel }> {
  let failure: unknown;
  for (const server of servers) {
    try {
      return { server, channel: await Channel.open(server, { route }) };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}
