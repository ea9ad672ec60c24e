import { approvalRoutes } from '@carillon/contract/http/approvals.routes';
import { sessionRoutes } from '@carillon/contract/http/session.routes';
import { personOf } from '@carillon/core/approval/change-request';
import { approverFingerprint, approverKeyProof } from '@carillon/core/approval/signed-approval';
import { isWebauthnKey } from '@carillon/core/approval/webauthn-text';
import type { Command } from 'commander';
import { approverKeyPath, loadApproverKey, makeApproverKey, requireApproverKey } from '../lib/approver-key.js';
import { type Cli, handle } from '../lib/command.js';
import { CliError } from '../lib/errors.js';
import { readAll } from '../lib/read-input.js';
import type { Session } from '../lib/session.js';
import { localTime } from '../lib/times.js';

/** `carillon approver-key`, with `new`, `register` and `remove`. */
export function addApproverKey(program: Command, cli: Cli): void {
  const command = program
    .command('approver-key')
    .description('keys with which people approve definitions; the private ones stay with their owners');
  addNew(command, cli);
  addRegister(command, cli);
  addRemove(command, cli);
  handle(command, cli, async (session: Session) => {
    const { items } = await session.call(approvalRoutes.keys, {});
    if (session.json) return session.printJson(items);
    const own = loadApproverKey(session.io)?.publicKey;
    session.table(
      ['FINGERPRINT', 'OWNER', 'NAME', 'SINCE', 'KEY'],
      items.map(({ key, fingerprint, owner, name, createdAt }) => [
        ...[fingerprint, owner, name, localTime(createdAt)],
        isWebauthnKey(key) ? 'security key' : key === own ? `${key} (on this machine)` : key,
      ]),
    );
    return undefined;
  });
}

function addNew(parent: Command, cli: Cli): void {
  const command = parent
    .command('new')
    .description('make a key of your own in a file that only you can read; CARILLON_APPROVER_KEY says where')
    .option('--passphrase', 'read one from standard input; later uses take it from CARILLON_APPROVER_PASSPHRASE');
  handle(command, cli, async (session: Session, { passphrase }: { passphrase?: boolean }) => {
    const path = approverKeyPath(session.io);
    const secret = passphrase ? await readLine(session) : undefined;
    const { publicKey } = makeApproverKey(path, secret);
    const made = { path, key: publicKey, fingerprint: approverFingerprint(publicKey) };
    if (session.json) return session.printJson(made);
    session.fields([
      ['key', made.key],
      ['fingerprint', made.fingerprint],
      ['file', path],
    ]);
    session.note('register it with: carillon approver-key register; hosts list it in their own policy files');
    return undefined;
  });
}

async function readLine(session: Session): Promise<string> {
  const { text } = await readAll(session.io.stdin, '<stdin>');
  const line = text.split(/\r?\n/)[0] ?? '';
  if (line.length >= 8) return line;
  throw new CliError('--passphrase: expected a line of at least 8 characters on standard input');
}

function addRegister(parent: Command, cli: Cli): void {
  const command = parent
    .command('register')
    .description('tell the server that your key is yours; only the public one is sent')
    .option('--name <text>', 'what people know it by', 'approver');
  handle(command, cli, async (session: Session, { name }: { name: string }) => {
    const { privateKey, publicKey } = requireApproverKey(session.io);
    const { name: owner } = await session.call(sessionRoutes.me, {});
    const proof = approverKeyProof(privateKey, publicKey, personOf(owner));
    const key = await session.call(approvalRoutes.addKey, { body: { key: publicKey, name, proof } });
    if (session.json) return session.printJson(key);
    session.print(`registered key ${key.fingerprint} of ${key.owner}`);
    return undefined;
  });
}

function addRemove(parent: Command, cli: Cli): void {
  const command = parent
    .command('remove')
    .description('have the server forget a key of yours; hosts that list it trust it until their policies are edited')
    .argument('<key>', 'as the list shows it, or its fingerprint');
  handle(command, cli, async (session: Session, _options: object, word: string) => {
    const { items } = await session.call(approvalRoutes.keys, {});
    const found = items.find(({ key, fingerprint }) => word === key || word === fingerprint);
    if (!found) throw new CliError(`there is no key ${word}`, { code: 'not_found' });
    const removed = await session.call(approvalRoutes.removeKey, { key: found.fingerprint });
    if (session.json) return session.printJson(removed);
    session.print(`removed key ${removed.fingerprint}`);
    return undefined;
  });
}
