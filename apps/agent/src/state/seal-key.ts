import { createPrivateKey } from 'node:crypto';
import { makeSealKeys, type SealKeys } from '@carillon/core/secrets/hpke';
import type { AgentFolder } from './agent-folder.js';
import { readJson, writeJson } from './files.js';

interface SealKeyFile {
  readonly publicKey: string;
  /** PKCS #8, PEM. */
  readonly privateKey: string;
}

/** The key to which the centre seals this host's secrets, made here the first time; its private part never leaves the host. */
export function loadOrMakeSealKeys(folder: Pick<AgentFolder, 'sealKey'>): SealKeys {
  const stored = readJson<SealKeyFile>(folder.sealKey);
  if (stored) return { publicKey: stored.publicKey, privateKey: createPrivateKey(stored.privateKey) };
  const keys = makeSealKeys();
  const privateKey = keys.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
  writeJson(folder.sealKey, { publicKey: keys.publicKey, privateKey } satisfies SealKeyFile);
  return keys;
}
