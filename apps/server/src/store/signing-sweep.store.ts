import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import { verifyText } from '@carillon/core/desired/signing';
import { vaultKey } from '@carillon/core/secrets/secret-use';
import type { AcceptedRecord } from '@carillon/core/signing/book-entry';
import type { Refusal } from '@carillon/core/signing/refusal';
import { Inject, Injectable } from '@nestjs/common';
import { Signer } from '../shared/signer.js';
import { isRefusal } from '../shared/signing/signer-requests.js';
import { AcceptedStore } from './accepted.store.js';
import { allThatStands } from './book-begin.js';
import { Database } from './database.store.js';
import { DeliveryStore } from './delivery.store.js';
import { rawQuery } from './pool-transaction.js';
import { SignatureStore } from './signature.store.js';

/** Something in the database that is not as it was accepted. */
export interface Difference extends Pick<Refusal, 'code' | 'message'> {
  /** The host, job or group at which it shows. */
  readonly about: string;
}

/** Without the book there is nothing to compare with. */
const bookPlace = 'database';
const hostsPerLook = 100;
/** Commands live for minutes. */
const commandRows = 1_000;

/** Compares what the database says with what was accepted. */
@Injectable()
export class SigningSweepStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
    @Inject(SignatureStore) private readonly signatures: SignatureStore,
    @Inject(DeliveryStore) private readonly delivery: DeliveryStore,
    @Inject(Signer) private readonly signer: Signer,
  ) {}

  /** Definitions change while they are compared: what is found must be found twice. */
  async differences(nowMs: number): Promise<Difference[]> {
    const first = await this.find(nowMs);
    if (first.length === 0 || first[0]?.about === bookPlace) return first;
    const again = new Set((await this.find(nowMs)).map(({ message }) => message));
    return first.filter(({ message }) => again.has(message));
  }

  private async find(nowMs: number): Promise<Difference[]> {
    await this.signer.lookAtKeys();
    const { trouble } = this.signer.trust;
    if (trouble !== null)
      return [
        { about: 'keys', code: 'bad_keys', message: `keys of the server: ${trouble}` },
        ...(await this.compared(nowMs)),
      ];
    return this.compared(nowMs);
  }

  private async compared(nowMs: number): Promise<Difference[]> {
    const contents = await this.accepted.contents();
    if (isRefusal(contents)) return [{ about: bookPlace, ...contents }];
    const standing = await allThatStands(rawQuery(this.database.pool));
    const manifests = await this.signatures.badManifests();
    return [
      ...manifests.map(({ name, code, message }) => ({ about: name, code, message })),
      ...compare(standing, contents),
      ...(await this.forgedCommands()),
      ...(await this.wrongIndexes(nowMs)),
    ];
  }

  private async forgedCommands(): Promise<Difference[]> {
    const { rows } = await this.database.pool.query<{ id: string; host: string; text: string; signature: string }>(
      `SELECT c.id, h.name AS host, c.text, c.signature FROM command c JOIN host h ON h.id = c.host_id
       WHERE c.state IN ('queued', 'delivered') AND c.expires_at > now() LIMIT ${commandRows}`,
    );
    const { trusted } = this.signer.trust;
    const isGood = ({ text, signature }: (typeof rows)[number]) =>
      trusted.some((key) => verifyText(key, 'carillon/v1/command', text, signature));
    return rows
      .filter((row) => !isGood(row))
      .map(({ id, host }) => ({
        about: host,
        code: 'bad_signature',
        message: `host ${host}: command ${id} is not signed by a key of ours`,
      }));
  }

  private async wrongIndexes(nowMs: number): Promise<Difference[]> {
    const { rows } = await this.database.pool.query<{ id: string; name: string; capabilities: string[] | null }>(
      `SELECT id, name, capabilities FROM host WHERE state = 'active' ORDER BY id`,
    );
    const found: Difference[] = [];
    for (let at = 0; at < rows.length; at += hostsPerLook) {
      const some = rows.slice(at, at + hostsPerLook);
      const desired = await this.delivery.load(some.map(({ id }) => id));
      const proposals = desired.flatMap((each, index) => {
        const host = some[index];
        return each && host ? [{ ...each, hostId: host.id, capabilities: host.capabilities ?? [] }] : [];
      });
      const verdicts = await this.signer.ask('inspect', { nowMs, proposals });
      for (const [index, verdict] of verdicts.entries())
        if (!verdict.ok) found.push({ about: some[index]?.name ?? '', ...verdict });
    }
    return found;
  }
}

type Contents = Exclude<Awaited<ReturnType<AcceptedStore['contents']>>, Refusal>;

function compare(
  standing: readonly AcceptedRecord[],
  { jobs, hosts, groups, sealKeys, secrets }: Contents,
): Difference[] {
  const found: Difference[] = [];
  const differs = (about: string, message: string) => found.push({ about, code: 'book_changed', message });
  const knownHosts = new Map(hosts.map((host) => [host.hostId, host]));
  const knownGroups = new Map(groups.map((group) => [group.name.toLowerCase(), group]));
  const live = new Map(jobs.filter(({ isGone }) => !isGone).map((job) => [job.jobId, job]));
  const current = new Map<string, number>();
  const knownKeys = new Map(sealKeys);
  const knownSecrets = new Map(secrets.filter(([, { isGone }]) => !isGone));
  const nameOf = (hostId: string) => knownHosts.get(hostId)?.name ?? hostId;
  for (const record of standing) {
    if (record.kind === 'host') {
      const known = knownHosts.get(record.hostId);
      if (!known) differs(record.name, `host ${record.name} was never accepted`);
      else if (!same(known.labels, record.labels))
        differs(record.name, `host ${record.name}: nobody gave it these labels`);
      else if (known.publicKey !== record.publicKey)
        differs(record.name, `host ${record.name}: its key is not the one that it joined with`);
      else if (known.name !== record.name) differs(record.name, `host ${record.name}: it joined as ${known.name}`);
    } else if (record.kind === 'group') {
      const known = knownGroups.get(record.name.toLowerCase());
      if (!known || !same(known.labels ?? null, record.labels ?? null) || !same(known.hosts ?? [], record.hosts ?? []))
        differs(record.name, `group ${record.name} is not the one that was accepted`);
    } else if (record.kind === 'seal-key') {
      if (knownKeys.get(record.hostId) !== record.key)
        differs(nameOf(record.hostId), `host ${nameOf(record.hostId)} did not tell this key for its secrets`);
    } else if (record.kind === 'secret') {
      const { purpose, name } = record;
      const known = knownSecrets.get(vaultKey(record));
      knownSecrets.delete(vaultKey(record));
      if (!known || known.version !== record.version || known.sealedHash !== record.sealedHash)
        differs(name, `${purpose} ${name}: what is stored of it is not what was handed over`);
      else if (!same(known.jobs, record.jobs)) differs(name, `${purpose} ${name}: nobody allowed it to these jobs`);
    } else if (record.kind === 'job') current.set(record.jobId, record.version);
  }
  const present = new Set(standing.flatMap((record) => (record.kind === 'host' ? [record.hostId] : [])));
  const leaving = new Set(standing.flatMap((record) => (record.kind === 'host-leaving' ? [record.hostId] : [])));
  for (const { hostId, name, isLeaving } of hosts)
    if (!present.has(hostId)) differs(name, `host ${name} is gone, and nobody took it out`);
    else if (isLeaving !== leaving.has(hostId))
      differs(name, `host ${name} ${isLeaving ? 'was told to go, and stays' : 'goes, and nobody asked for it'}`);
  for (const { jobId, name, version } of live.values()) {
    const now = current.get(jobId);
    if (now === undefined) differs(name, `job ${name} is gone, and nobody deleted it`);
    else if (now !== version) differs(name, `job ${name}: version ${now} is current, ${version} was accepted`);
  }
  for (const key of knownSecrets.keys()) differs(key, `${key.replace('/', ' ')} is gone, and nobody deleted it`);
  return found;
}

function same(a: unknown, b: unknown): boolean {
  return canonicalJson(a as Json) === canonicalJson(b as Json);
}
