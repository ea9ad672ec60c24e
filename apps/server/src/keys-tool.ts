import { createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { keyId, rawPublicKey } from '@carillon/core/desired/signing';
import { type KeySet, rootFingerprint, withNewKey, withRevoked } from '@carillon/core/signing/key-set';
import { readConfig } from './config/config.js';
import { keyPlaces, newKey, openKeys, replaceKeys, signKeySet } from './shared/signing/key-files.js';

const usage = `keys list                the root key's fingerprint and the keys that sign
keys rotate              a new signing key; what the former signed stays good
keys rotate --revoke     the same, and nothing that the former signed is good any more
keys revoke KEY          a retired key, by its id as list prints it
keys believe             what is in the database counts as accepted, as after a restore
`;

/**
 * The keys of the servers on this machine (`CARILLON_DATA`, `CARILLON_SIGNER_KEY_FILE`), for whoever may read their files: no
 * request over the network reaches them. Running servers notice within a poll.
 */
export function runKeysTool([verb, ...words]: readonly string[], env: NodeJS.ProcessEnv): string {
  const places = keyPlaces(readConfig({ DATABASE_URL: 'postgresql://nowhere', ...env }).signerKeyFile);
  if (!existsSync(places.signer) && verb !== undefined)
    throw new Error(`${places.signer}: no server has started here yet; say where with CARILLON_DATA`);
  switch (verb) {
    case 'list':
      return listed(openKeys(places).keySet);
    case 'rotate': {
      const { keySet, privateKey } = openKeys(places);
      const former = words.includes('--revoke') ? 'revoked' : 'retired';
      const pem = newKey();
      const next = createPrivateKey(pem);
      const set = withNewKey(keySet, rawPublicKey(createPublicKey(next)), former, Date.now());
      // Hosts that have not pinned the root yet know the former key only.
      replaceKeys(places, pem, signKeySet(places, set, [next, privateKey]));
      return listed(set);
    }
    case 'revoke': {
      const { keySet, privateKey } = openKeys(places);
      const found = keySet.keys.find(({ key }) => idOf(key) === words[0]);
      const set = found && withRevoked(keySet, found.key, Date.now());
      if (!set) throw new Error(`keys revoke: expected the id of a retired key, got ${words[0] ?? 'nothing'}`);
      replaceKeys(places, null, signKeySet(places, set, [privateKey]));
      return listed(set);
    }
    case 'believe':
      writeFileSync(places.believe, `${new Date().toISOString()}\n`, { mode: 0o600 });
      return 'what is in the database counts as accepted from now on\n';
    default:
      throw new Error(usage);
  }
}

function listed({ version, root, keys }: KeySet): string {
  const rows = keys.map(({ key, state }) => `${idOf(key)}  ${state}\n`);
  return `root ${rootFingerprint(root, sha256Hex)}, set of keys ${version}\n${rows.join('')}`;
}

function idOf(key: string): string {
  return keyId(key, sha256Hex);
}

/** Also a program of its own, for machines that have a server and no command line. */
if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  try {
    process.stdout.write(runKeysTool(process.argv.slice(2), process.env));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    process.exitCode = 1;
  }
}
