import { createPrivateKey, type KeyObject } from 'node:crypto';
import { sha256Hex } from '@carillon/core/desired/canonical-json';
import { type KeyPair, keyId, makeKeyPair } from '@carillon/core/desired/signing';
import type { AgentFolder } from './agent-folder.js';
import { readJson, writeJson } from './files.js';

/** Who this agent is. The key is made here and never leaves the host. */
export interface Identity {
  readonly publicKey: string;
  readonly privateKey: KeyObject;
  /** Seals what never leaves the host. The first key goes on doing so when another one signs: what it sealed stays readable. */
  readonly localKey: KeyObject;
  readonly keyId: string;
  /** Undefined until the centre has accepted us. */
  readonly agentId: string | undefined;
  /** Name in the centre. */
  readonly name: string | undefined;
  /** Keys whose signatures on definitions and commands we accept; pinned at enrolment. */
  readonly signerKeys: readonly string[];
}

interface IdentityFile {
  publicKey: string;
  /** PKCS #8, PEM. */
  privateKey: string;
  /** PKCS #8, PEM; absent where it is the private key. */
  localKey?: string;
  /** A key that is to take the place of this one, once the centre has welcomed it. */
  candidate?: { publicKey: string; privateKey: string };
  agentId?: string;
  name?: string;
  signerKeys?: string[];
}

/** The stored identity; a fresh key is on disk before anybody is told about it. */
export function loadOrMakeIdentity(folder: AgentFolder): Identity {
  const stored = loadIdentity(folder);
  if (stored) return stored;
  const pair = makeKeyPair();
  writeJson(folder.identity, fileOf(pair, {}));
  return identityOf(fileOf(pair, {}));
}

export function loadIdentity(folder: Pick<AgentFolder, 'identity'>): Identity | undefined {
  const file = readJson<IdentityFile>(folder.identity);
  return file && identityOf(file);
}

/** The same host with the key that is to come; undefined where none is on its way. */
export function candidateOf(folder: Pick<AgentFolder, 'identity'>): Identity | undefined {
  const file = readJson<IdentityFile>(folder.identity);
  return file?.candidate && identityOf({ ...file, ...file.candidate, localKey: file.localKey ?? file.privateKey });
}

export function storeCandidate(folder: Pick<AgentFolder, 'identity'>, pair: KeyPair): void {
  const file = readJson<IdentityFile>(folder.identity);
  const { publicKey, privateKey } = fileOf(pair, {});
  if (file) writeJson(folder.identity, { ...file, candidate: { publicKey, privateKey } });
}

/** The candidate is the key of this host from now on; the one before signs no more. */
export function commitCandidate(folder: Pick<AgentFolder, 'identity'>): void {
  const file = readJson<IdentityFile>(folder.identity);
  if (!file?.candidate) return;
  const { candidate, localKey = file.privateKey, ...rest } = file;
  writeJson(folder.identity, { ...rest, ...candidate, localKey });
}

/** Keeps what the centre answered. */
export function storeEnrolment(
  folder: AgentFolder,
  identity: Identity,
  enrolled: { agentId: string; name: string; signerKeys: string[] },
  releaseKeys: readonly string[] = [],
): Identity {
  const file = fileOf(identity, enrolled);
  writeJson(folder.trust, {
    signerKeys: enrolled.signerKeys,
    agentId: enrolled.agentId,
    name: enrolled.name,
    releaseKeys,
  });
  writeJson(folder.identity, file);
  return identityOf(file);
}

/** The keys whose signatures a runner accepts. */
export function loadSignerKeys(folder: AgentFolder): string[] {
  return readJson<{ signerKeys: string[] }>(folder.trust)?.signerKeys ?? [];
}

/** Keys of publishers whose releases of the agent it takes; only people on the host add to them later. */
export function loadReleaseKeys(folder: AgentFolder): string[] {
  return readJson<{ releaseKeys?: string[] }>(folder.trust)?.releaseKeys ?? [];
}

/** Pins further keys of publishers. */
export function addReleaseKeys(folder: AgentFolder, keys: readonly string[]): void {
  const trust = readJson<{ releaseKeys?: string[] }>(folder.trust) ?? {};
  writeJson(folder.trust, { ...trust, releaseKeys: [...new Set([...(trust.releaseKeys ?? []), ...keys])] });
}

/** The host's name in the centre, as runners know it. */
export function loadHostName(folder: AgentFolder): string | undefined {
  return readJson<{ name?: string }>(folder.trust)?.name;
}

/** Runners of a host that enrolled before they were told its name learn it from the agent. */
export function tellRunnersName(folder: AgentFolder, name: string | undefined): void {
  if (name === undefined || loadHostName(folder) === name) return;
  writeJson(folder.trust, { ...readJson<object>(folder.trust), name });
}

/** The agent's id as runners know it: they do not read the identity, which holds the private key. */
export function loadAgentId(folder: AgentFolder): string | undefined {
  return readJson<{ agentId?: string }>(folder.trust)?.agentId;
}

/** An identity that lives in memory only, for simulated hosts. */
export function makeTransientIdentity(): Identity {
  return identityOf(fileOf(makeKeyPair(), {}));
}

function fileOf(pair: KeyPair, rest: Partial<IdentityFile>): IdentityFile {
  return {
    publicKey: pair.publicKey,
    privateKey: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    ...rest,
  };
}

function identityOf(file: IdentityFile): Identity {
  return {
    publicKey: file.publicKey,
    privateKey: createPrivateKey(file.privateKey),
    localKey: createPrivateKey(file.localKey ?? file.privateKey),
    keyId: keyId(file.publicKey, sha256Hex),
    agentId: file.agentId,
    name: file.name,
    signerKeys: file.signerKeys ?? [],
  };
}
