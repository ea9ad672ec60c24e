import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { rawPublicKey } from '@carillon/core/desired/signing';
import { CliError } from './errors.js';
import type { Io } from './io.js';

/** The key with which somebody approves: his own, in a file of his, which never leaves this machine. */
export interface ApproverKey {
  readonly privateKey: KeyObject;
  /** The 32 raw bytes in base64url. */
  readonly publicKey: string;
}

const othersMask = 0o077;

/** `%APPDATA%\Carillon\approver.key`, `~/.config/carillon/approver.key`; `CARILLON_APPROVER_KEY` says another. */
export function approverKeyPath({ env }: Pick<Io, 'env'>): string {
  if (env.CARILLON_APPROVER_KEY) return env.CARILLON_APPROVER_KEY;
  if (process.platform === 'win32') return join(env.APPDATA ?? '.', 'Carillon', 'approver.key');
  return join(env.XDG_CONFIG_HOME ?? join(env.HOME ?? '.', '.config'), 'carillon', 'approver.key');
}

/**
 * Makes a key, for its owner alone to read.
 * @param passphrase without which the file is of no use; undefined: none
 * @throws CliError where there is one already: what was signed with it could not be signed again
 */
export function makeApproverKey(path: string, passphrase: string | undefined): ApproverKey {
  if (existsSync(path))
    throw new CliError(`${path}: there is a key already; it is not overwritten`, { code: 'conflict' });
  const { privateKey } = generateKeyPairSync('ed25519');
  const sealed = passphrase === undefined ? {} : { cipher: 'aes-256-cbc', passphrase };
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  writeFileSync(path, privateKey.export({ type: 'pkcs8', format: 'pem', ...sealed }), { mode: 0o600, flag: 'wx' });
  return { privateKey, publicKey: rawPublicKey(createPublicKey(privateKey)) };
}

/**
 * The key of whoever is at this machine; undefined where there is none. A passphrase comes as `CARILLON_APPROVER_PASSPHRASE`.
 * @throws CliError for a file that others may read, or that cannot be opened
 */
export function loadApproverKey({ env }: Pick<Io, 'env'>): ApproverKey | undefined {
  const path = approverKeyPath({ env });
  if (!existsSync(path)) return undefined;
  if (process.platform !== 'win32' && (statSync(path).mode & othersMask) !== 0)
    throw new CliError(`${path}: others may read it; chmod 600 ${path}`);
  const passphrase = env.CARILLON_APPROVER_PASSPHRASE;
  try {
    const privateKey = createPrivateKey({
      key: readFileSync(path, 'utf8'),
      format: 'pem',
      ...(passphrase === undefined ? {} : { passphrase }),
    });
    return { privateKey, publicKey: rawPublicKey(createPublicKey(privateKey)) };
  } catch {
    throw new CliError(
      `${path}: cannot be opened: expected an Ed25519 key, and its passphrase in CARILLON_APPROVER_PASSPHRASE if it has one`,
    );
  }
}

/** @throws CliError where there is none */
export function requireApproverKey(io: Pick<Io, 'env'>): ApproverKey {
  const key = loadApproverKey(io);
  if (key) return key;
  throw new CliError(`${approverKeyPath(io)}: there is no key; make one with: carillon approver-key new`, {
    code: 'not_found',
  });
}
