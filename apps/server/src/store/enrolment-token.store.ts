import { randomBytes } from 'node:crypto';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { AcceptedStore } from './accepted.store.js';
import { noteChange, whoActs } from './audit-act.js';
import { Database } from './database.store.js';

interface NewToken {
  /** SHA-256 of its secret. */
  readonly hash: string;
  readonly uses: number;
  readonly labels: Record<string, string>;
  readonly addresses: readonly string[];
  readonly hostNames: string | null;
  readonly needsApproval: boolean;
  readonly expiresAtMs: number;
  readonly nowMs: number;
}

/** Join tokens as people manage them. Using one up is the enrolment's own transaction. */
@Injectable()
export class EnrolmentTokenStore {
  constructor(
    @Inject(Database) private readonly database: Database,
    @Inject(AcceptedStore) private readonly accepted: AcceptedStore,
  ) {}

  /** It stands in the book as well: with a token that only a row knows nobody joins. */
  create({ expiresAtMs, nowMs, addresses, ...token }: NewToken) {
    const id = makeUuid7(nowMs, randomBytes(10));
    return this.database.transaction((tx) => {
      const { hash, labels, uses, needsApproval } = token;
      this.accepted.note({ kind: 'token', hash, labels, uses, expiresMs: expiresAtMs, needsApproval });
      noteChange({ kind: 'EnrolmentToken', act: 'created', what: id });
      const times = { createdAt: new Date(nowMs), expiresAt: new Date(expiresAtMs) };
      return tx.enrolmentToken.create({
        data: { id, ...token, ...times, addresses: [...addresses], author: whoActs() },
      });
    });
  }

  /** Newest first, before an id. */
  list(before: string | null, limit: number) {
    return this.database.prisma.enrolmentToken.findMany({
      ...(before === null ? {} : { where: { id: { lt: before } } }),
      orderBy: { id: 'desc' },
      take: limit,
    });
  }

  /** Revoking twice is as good as once. @returns null when there is no such token */
  async revoke(id: string) {
    await this.database.transaction(async (tx) => {
      const rows = await tx.$queryRaw<{ hash: string }[]>`
        UPDATE enrolment_token SET revoked_at = now() WHERE id = ${id}::uuid AND revoked_at IS NULL RETURNING hash`;
      for (const { hash } of rows) this.accepted.note({ kind: 'token-gone', hash });
    });
    return this.database.prisma.enrolmentToken.findUnique({ where: { id } });
  }
}

export type EnrolmentTokenRow = Awaited<ReturnType<EnrolmentTokenStore['create']>>;
