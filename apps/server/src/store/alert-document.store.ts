import type { AlertDocument, AlertDocumentSpecs } from '@carillon/core/alert/documents/alert-documents';
import type { ChannelType } from '@carillon/core/alert/documents/channel.schema';
import { canonicalJson, type Json } from '@carillon/core/desired/canonical-json';
import type { AlertDocumentKind } from '@carillon/core/state/states';
import { Inject, Injectable } from '@nestjs/common';
import { carryText, meansFields } from '../shared/document-source.js';
import { noteChange } from './audit-act.js';
import { digestOf } from './audit-append.js';
import { Database, type Transaction } from './database.store.js';
import type { Change } from './definition.store.js';

export interface StoredDocument<K extends AlertDocumentKind> {
  readonly name: string;
  readonly nameKey: string;
  readonly spec: AlertDocumentSpecs[K];
  readonly author: string;
  readonly updatedAt: Date;
}

export interface DocumentPlace {
  readonly kind: string;
  readonly name: string;
}

export const placeKey = ({ kind, name }: DocumentPlace): string => `${kind}/${name.toLowerCase()}`;

/** What alerts are made of and where they go: policies, channels, routes, on-call schedules, silences, windows. */
@Injectable()
export class AlertDocumentStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  /**
   * Writing the same again changes nothing. Inside a transaction that holds the lock of definitions.
   * @param written as in a file; what nobody wrote, such as a silence of another system, has none
   * @param source its text, kept where it says the same; without one the text before is carried on
   */
  async put(
    tx: Transaction,
    { kind, spec }: AlertDocument,
    author: string,
    written?: object,
    source: string | null = null,
  ): Promise<Change> {
    const nameKey = spec.name.toLowerCase();
    const where = { kind_nameKey: { kind, nameKey } };
    const old = await tx.alertDocument.findUnique({ where });
    const json = JSON.parse(JSON.stringify(spec)) as Record<string, Json>;
    const file = written === undefined ? {} : { written, source: textOf(written as Fields, source, old) };
    if (old && canonicalJson(old.spec as Json) === canonicalJson(json)) {
      // The same in other words, or with other comments: the newest are shown to whoever edits it next.
      if (written !== undefined) await tx.alertDocument.update({ where, data: file });
      return 'unchanged';
    }
    const values = { name: spec.name, spec: json as object, ...file, author, updatedAt: new Date() };
    await tx.alertDocument.upsert({
      where,
      create: { kind, nameKey, ...values },
      update: values,
    });
    const after = written ?? json;
    const { id } = await tx.documentChange.create({
      data: {
        at: values.updatedAt,
        actor: author,
        kind,
        name: spec.name,
        ...(old ? { before: keptOf(old) } : {}),
        after,
      },
    });
    noteChange({
      by: author,
      kind: 'AlertDocument',
      act: old ? 'updated' : 'created',
      what: `${kind} ${spec.name}`,
      before: old ? digestOf(canonicalJson(keptOf(old) as Json)) : null,
      after: digestOf(canonicalJson(JSON.parse(JSON.stringify(after)) as Json)),
      ref: { change: Number(id) },
    });
    // Whoever writes a channel again wants it tried again.
    if (kind === 'Channel') await tx.channelState.deleteMany({ where: { channel: nameKey } });
    return old ? 'updated' : 'created';
  }

  async names(tx: Transaction, kind: AlertDocumentKind): Promise<string[]> {
    return (await tx.alertDocument.findMany({ where: { kind }, select: { name: true } })).map(({ name }) => name);
  }

  /** When documents that are there were changed last, by `kind/name`, the name in lower case. */
  async changedAt(tx: Transaction, places: readonly DocumentPlace[]): Promise<Map<string, Date>> {
    if (places.length === 0) return new Map();
    const rows = await tx.alertDocument.findMany({
      where: { OR: places.map(({ kind, name }) => ({ kind, nameKey: name.toLowerCase() })) },
      select: { kind: true, name: true, updatedAt: true },
    });
    return new Map(rows.map(({ kind, name, updatedAt }) => [placeKey({ kind, name }), updatedAt]));
  }

  /** Channels and what each falls back to, names in lower case. */
  async fallbacks(tx: Transaction): Promise<Map<string, string | null>> {
    const rows = await tx.$queryRaw<{ channel: string; fallback: string | null }[]>`
      SELECT name_key AS channel, lower(spec->>'fallback') AS fallback FROM alert_document WHERE kind = 'Channel'`;
    return new Map(rows.map(({ channel, fallback }) => [channel, fallback]));
  }

  /** How channels are reached, by name in lower case. */
  async channelTypes(tx: Transaction): Promise<Map<string, ChannelType>> {
    const rows = await tx.$queryRaw<{ channel: string; type: ChannelType }[]>`
      SELECT name_key AS channel, spec->>'type' AS type FROM alert_document WHERE kind = 'Channel'`;
    return new Map(rows.map(({ channel, type }) => [channel, type]));
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

type Fields = Readonly<Record<string, unknown>>;

/** The text that is kept with what was written: its own, or the one before with what has changed written into it. */
function textOf(
  written: Fields,
  source: string | null,
  old: { readonly written: unknown; readonly source: string | null } | null,
): string | null {
  if (source !== null) return meansFields(source, written) ? source : null;
  return old?.source && old.written ? carryText(old.source, old.written as Fields, written) : null;
}

/** As it was written, or else as it was read. */
function keptOf({ written, spec }: { readonly written: unknown; readonly spec: unknown }): object {
  return (written ?? spec) as object;
}
