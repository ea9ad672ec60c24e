import type { AlertDocument, AlertDocumentSpecs } from '@carillon/core/alert/documents/alert-documents';
import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import type { AlertDocumentKind } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { Database, type Transaction } from './database.store.js';
import type { Change } from './definition.store.js';

export interface StoredDocument<K extends AlertDocumentKind> {
  readonly name: string;
  readonly nameKey: string;
  readonly spec: AlertDocumentSpecs[K];
  readonly author: string;
  readonly updatedAt: Date;
}

/** What alerts are made of and where they go: policies, channels, routes, on-call schedules, silences, windows. */
@Injectable()
export class AlertDocumentStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /** Writing the same again changes nothing. Inside a transaction that holds the lock of definitions. */
  async put(tx: Transaction, { kind, spec }: AlertDocument, author: string): Promise<Change> {
    const nameKey = spec.name.toLowerCase();
    const old = await tx.alertDocument.findUnique({ where: { kind_nameKey: { kind, nameKey } } });
    const json = JSON.parse(JSON.stringify(spec)) as Record<string, Json>;
    if (old && canonicalJson(old.spec as Json) === canonicalJson(json)) return 'unchanged';
    const values = { name: spec.name, spec: json as object, author, updatedAt: new Date() };
    await tx.alertDocument.upsert({
      where: { kind_nameKey: { kind, nameKey } },
      create: { kind, nameKey, ...values },
      update: values,
    });
    // Whoever writes a channel again wants it tried again.
    if (kind === 'Channel') await tx.channelState.deleteMany({ where: { channel: nameKey } });
    return old ? 'updated' : 'created';
  }

  async names(tx: Transaction, kind: AlertDocumentKind): Promise<string[]> {
    return (await tx.alertDocument.findMany({ where: { kind }, select: { name: true } })).map(({ name }) => name);
  }

  /** Channels and what each falls back to, names in lower case. */
  async fallbacks(tx: Transaction): Promise<Map<string, string | null>> {
    const rows = await tx.$queryRaw<{ channel: string; fallback: string | null }[]>`
      SELECT name_key AS channel, lower(spec->>'fallback') AS fallback FROM alert_document WHERE kind = 'Channel'`;
    return new Map(rows.map(({ channel, fallback }) => [channel, fallback]));
  }

  /** All of a kind, by name. */
  async all<K extends AlertDocumentKind>(kind: K): Promise<StoredDocument<K>[]> {
    const rows = await this.database.prisma.alertDocument.findMany({ where: { kind }, orderBy: { nameKey: 'asc' } });
    return rows.map(({ name, nameKey, spec, author, updatedAt }) => ({
      name,
      nameKey,
      spec: spec as unknown as AlertDocumentSpecs[K],
      author,
      updatedAt,
    }));
  }

  /** @returns whether it was there */
  async remove(kind: AlertDocumentKind, nameKey: string): Promise<boolean> {
    return (await this.database.prisma.alertDocument.deleteMany({ where: { kind, nameKey } })).count > 0;
  }
}
