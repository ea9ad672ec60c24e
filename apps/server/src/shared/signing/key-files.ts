import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makeKeyPair, rawPublicKey, signText } from '@carillon/core/desired/signing';
import { judgeKeySet, type KeySet, keySetText, readKeySet, type SignedKeySet } from '@carillon/core/signing/key-set';
import { makeKeyFile } from '../key-file.js';

/** Where the keys of signing lie. All of it stands beside the signing key, apart from the database. */
export interface KeyPlaces {
  /** Private, PKCS #8 PEM: signs definitions, commands and indexes. */
  readonly signer: string;
  /** Private, PKCS #8 PEM: signs sets of keys. May be kept elsewhere once there is a set. */
  readonly root: string;
  /** The set of keys and its signatures; public. */
  readonly keys: string;
  /** 32 bytes: seals the secrets of jobs for the database. Without it they are lost. */
  readonly vault: string;
  /** How far the book of what was accepted was read. */
  readonly bookEnd: string;
  /** Made by somebody at the server: the database is to be believed as it is now. */
  readonly believe: string;
}

export function keyPlaces(signerKeyFile: string): KeyPlaces {
  const beside = (name: string) => join(dirname(signerKeyFile), name);
  return {
    signer: signerKeyFile,
    root: beside('root.key'),
    keys: beside('keys.json'),
    vault: beside('vault.key'),
    bookEnd: beside('book-end.json'),
    believe: beside('believe-database'),
  };
}

export interface SigningKeys {
  readonly privateKey: KeyObject;
  readonly publicKey: string;
  readonly keySet: KeySet;
  readonly signed: SignedKeySet;
}

/**
 * Reads the keys, making them the first time: there is no default one. Two servers that start at once on a shared folder
 * agree on who makes what.
 * @throws Error when the signing key is not the one that the set names
 */
export function openKeys(places: KeyPlaces): SigningKeys {
  makeKeyFile(places.signer, newKey);
  const privateKey = readPrivateKey(places.signer);
  const publicKey = rawPublicKey(createPublicKey(privateKey));
  if (!existsSync(places.keys)) {
    makeKeyFile(places.root, newKey);
    makeKeyFile(places.keys, () => {
      const root = rawPublicKey(createPublicKey(readPrivateKey(places.root)));
      const keys = [{ key: publicKey, state: 'active' as const }];
      const issuedAt = new Date().toISOString();
      return toFile(signKeySet(places, { kind: 'carillon/keys/v1', version: 1, root, keys, issuedAt }, [privateKey]));
    });
  }
  const signed = JSON.parse(readFileSync(places.keys, 'utf8')) as SignedKeySet;
  const keySet = readKeySet(signed.text);
  if (!keySet) throw new Error(`${places.keys}: expected a set of keys`);
  if (keySet.keys.find(({ key }) => key === publicKey)?.state !== 'active')
    throw new Error(
      `${places.signer}: its key is not the one that signs by ${places.keys}; put both files there together`,
    );
  return { privateKey, publicKey, keySet, signed };
}

/** Changes when somebody writes another set of keys, or another signing key. */
export function keysMark({ keys, signer }: KeyPlaces): string {
  const markOf = (path: string) => {
    const found = statSync(path, { throwIfNoEntry: false });
    // What is put in the place of another within a tick of the clock is another file.
    return found ? `${found.mtimeMs}:${found.size}:${found.ino}` : 'none';
  };
  return `${markOf(keys)} ${markOf(signer)}`;
}

/**
 * Reads the keys once more, of a server that has read them before: none are made, and none go back.
 * @throws Error saying what is wrong
 */
export function reopenKeys(places: KeyPlaces, known: KeySet): SigningKeys {
  for (const path of [places.keys, places.signer])
    if (!existsSync(path)) throw new Error(`${path}: is not there any more`);
  const keys = openKeys(places);
  if (keys.keySet.root !== known.root || keys.keySet.version < known.version)
    throw new Error(`${places.keys}: expected the set ${known.version} of the same root key or a later one`);
  return keys;
}

/**
 * The set of keys alone, where the signing key beside it cannot be read: a revocation counts even so.
 * @returns undefined where it is none, is not of the root that is known, or is none above the one that is known
 */
export function openKeySet({ keys }: KeyPlaces, known: KeySet): Pick<SigningKeys, 'keySet' | 'signed'> | undefined {
  try {
    const signed = JSON.parse(readFileSync(keys, 'utf8')) as SignedKeySet;
    const pinned = { root: known.root, version: known.version, signerKeys: [] };
    const verdict = judgeKeySet(signed, pinned);
    return verdict.ok && verdict.keySet.version > known.version ? { keySet: verdict.keySet, signed } : undefined;
  } catch {
    return undefined;
  }
}

/** Signs a set with the root key. @throws Error when that is not there, or is another root */
export function signKeySet(places: KeyPlaces, keySet: KeySet, vouchers: readonly KeyObject[]): SignedKeySet {
  if (!existsSync(places.root))
    throw new Error(`${places.root}: the root key is not there; put it there while keys are changed`);
  const root = readPrivateKey(places.root);
  if (rawPublicKey(createPublicKey(root)) !== keySet.root) throw new Error(`${places.root}: is another root key`);
  const text = keySetText(keySet);
  const sign = (key: KeyObject) => signText(key, 'carillon/v1/keys', text);
  return { text, signature: sign(root), vouchers: vouchers.map(sign) };
}

/**
 * Puts a new signing key and the set that names it in place. The set goes last: a server that finds a key the set does not
 * name yet says so and goes on with what it has read.
 */
export function replaceKeys(places: KeyPlaces, signerPem: string | null, signed: SignedKeySet): void {
  if (signerPem !== null) writeWhole(places.signer, signerPem);
  writeWhole(places.keys, toFile(signed));
}

export function newKey(): string {
  return makeKeyPair().privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;
}

export function readPrivateKey(path: string): KeyObject {
  const pem = readFileSync(path, 'utf8');
  try {
    return createPrivateKey(pem);
  } catch {
    throw new Error(`${path}: expected a private key (PKCS #8, PEM)`);
  }
}

/** A file that is there whole or as it was before, for nobody else to read. */
export function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  try {
    writeFileSync(temporary, text, { mode: 0o600 });
    renameSync(temporary, path);
  } finally {
    rmSync(temporary, { force: true });
  }
}

function toFile(signed: SignedKeySet): string {
  return `${JSON.stringify(signed, null, 2)}\n`;
}
