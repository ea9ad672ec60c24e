import { randomBytes } from 'node:crypto';
import { makeUuid7 } from '@carillon/core/state/uuid7';
import { Inject, Injectable } from '@nestjs/common';
import { noteChange } from './audit-act.js';
import { Database } from './database.store.js';

/** Join tokens as people manage them. Using one up is the enrolment's own transaction. */
@Injectable()
export class EnrolmentTokenStore {
  constructor(@Inject(Database) private readonly database: Database) {}

  create(token: { hash: string; uses: number; labels: Record<string, string>; expiresAtMs: number; nowMs: number }) {
    const { hash, uses, labels, expiresAtMs, nowMs } = token;
    const id = makeUuid7(nowMs, randomBytes(10));
    const data = { id, hash, uses, labels, createdAt: new Date(nowMs), expiresAt: new Date(expiresAtMs) };
    return this.database.transaction((tx) => {
      noteChange({ kind: 'EnrolmentToken', act: 'created', what: id });
      return tx.enrolmentToken.create({ data });
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
    await this.database.transaction((tx) =>
      tx.enrolmentToken.updateMany({ where: { id, revokedAt: null }, data: { revokedAt: new Date() } }),
    );
    return this.database.prisma.enrolmentToken.findUnique({ where: { id } });
  }
}

export type EnrolmentTokenRow = Awaited<ReturnType<EnrolmentTokenStore['create']>>;
