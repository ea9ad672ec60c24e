import type { hostRoutes } from '@carillon/contract/http/hosts.routes';
import type { Input, Response } from '@carillon/contract/http/route';
import { labelsSchema } from '@carillon/core/job/parts.schema';
import { problemsFromIssues } from '@carillon/core/zod-problems';
import { Inject, Injectable } from '@nestjs/common';
import { invalidInput, notFound } from '../../http/api-error.js';
import { pageOfRows, readUuidCursor } from '../../http/cursor.js';
import { hashSecret, makeSecret } from '../../http/secrets.js';
import { type EnrolmentTokenRow, EnrolmentTokenStore } from '../../store/enrolment-token.store.js';

type Routes = typeof hostRoutes;
type Token = Response<Routes['tokens']>['items'][number];

/** Tokens with which agents join. The secret is shown once; only its hash is stored. */
@Injectable()
export class EnrolmentTokensService {
  constructor(@Inject(EnrolmentTokenStore) private readonly tokens: EnrolmentTokenStore) {}

  async create({
    uses,
    expiresInMinutes,
    labels: raw,
    addresses = [],
    hostNames,
    needsApproval = false,
  }: Input<Routes['createToken']>['body']): Promise<Response<Routes['createToken']>> {
    const labels = labelsSchema.safeParse(raw ?? {});
    if (!labels.success) throw invalidInput(problemsFromIssues(labels.error.issues, raw, ['labels']));
    const token = makeSecret();
    const nowMs = Date.now();
    const row = await this.tokens.create({
      hash: hashSecret(token),
      uses,
      labels: labels.data,
      addresses,
      hostNames: hostNames ?? null,
      needsApproval,
      expiresAtMs: nowMs + expiresInMinutes * 60_000,
      nowMs,
    });
    return { ...viewOf(row), token };
  }

  async list({ cursor, limit }: Input<Routes['tokens']>): Promise<Response<Routes['tokens']>> {
    const rows = await this.tokens.list(readUuidCursor(cursor), limit + 1);
    return pageOfRows(rows, limit, (row) => row.id, viewOf);
  }

  async revoke(id: string): Promise<Token> {
    const row = await this.tokens.revoke(id);
    if (!row) throw notFound('enrolment token', id);
    return viewOf(row);
  }
}

function viewOf(row: EnrolmentTokenRow): Token {
  const { id, uses, used, createdAt, expiresAt, revokedAt, addresses, hostNames, needsApproval, author } = row;
  return {
    id,
    uses,
    used,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    labels: row.labels as Record<string, string>,
    revoked: revokedAt !== null,
    addresses,
    hostNames,
    needsApproval,
    author,
  };
}
