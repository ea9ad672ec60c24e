import { createHash } from 'node:crypto';
import type { Input, Response } from '@carillon/contract/http/route';
import type { upgradeRoutes } from '@carillon/contract/http/upgrade.routes';
import { limits } from '@carillon/contract/limits';
import { describeTarget, type Target, unknownGroups } from '@carillon/core/host/target';
import { type Release, releaseSchema } from '@carillon/core/upgrade/release';
import { decideOffer } from '@carillon/core/upgrade/upgrade-plan';
import { problemsFromIssues } from '@carillon/core/zod-problems';
import { Inject, Injectable } from '@nestjs/common';
import { ApiError, invalidField, invalidInput, notFound } from '../../http/api-error.js';
import { pageOfRows, readCursor, readUuidCursor } from '../../http/cursor.js';
import { HINTS, type Hints } from '../../queue/hints.js';
import { TargetStore } from '../../store/target.store.js';
import { type ReleaseRow, type RingRow, UpgradeStore } from '../../store/upgrade.store.js';

type Routes = typeof upgradeRoutes;

/** Publishing versions of the agent and saying who is to get them. */
@Injectable()
export class UpgradesService {
  constructor(
    @Inject(UpgradeStore) private readonly store: UpgradeStore,
    @Inject(TargetStore) private readonly targets: TargetStore,
    @Inject(HINTS) private readonly hints: Hints,
  ) {}

  /** The signature is the agents' to judge: they have the publisher's key, and would not believe us. */
  async publish(body: Input<Routes['publish']>['body'], author: string): Promise<Response<Routes['publish']>> {
    const row = await this.store.announce(body, readRelease(body.text), author);
    if (row === 'taken')
      throw new ApiError('conflict', 'text: another file of this version and platform is published; raise the version');
    return viewOf(row);
  }

  async part({ sha256, body }: Input<Routes['part']>): Promise<Response<Routes['part']>> {
    const before = await this.find(sha256);
    if (before.complete) return viewOf(before);
    const data = Buffer.from(body.data, 'base64');
    if (body.offset + data.length > before.bytes)
      throw invalidField('data', `at most ${before.bytes} bytes in all`, body.offset + data.length);
    if (!(await this.store.addPart(sha256, body.offset, data)))
      throw invalidField('offset', `${before.received}, which is what has arrived`, body.offset);
    if (body.offset + data.length === before.bytes) await this.finish(before);
    return viewOf(await this.find(sha256));
  }

  async releases({ cursor, limit }: Input<Routes['releases']>): Promise<Response<Routes['releases']>> {
    const before = readCursor(cursor);
    const rows = await this.store.releases(before === null ? null : new Date(before), limit + 1);
    return pageOfRows(rows, limit, (row) => row.createdAt.toISOString(), viewOf);
  }

  async setRing(body: Input<Routes['setRing']>['body'], author: string): Promise<Response<Routes['setRing']>> {
    const target = body.target as Target;
    if (Object.values(target).every((part) => part === undefined))
      throw invalidField('target', 'at least one of all, labels, hosts, groups', target);
    const unknown = unknownGroups(target, await this.targets.groups());
    if (unknown.length > 0) throw invalidField('target.groups', 'saved groups', unknown.join(', '));
    const { releases } = await this.store.published();
    if (!releases.some(({ version }) => version === body.version))
      throw invalidField('version', 'a version that is published, whole and not expired', body.version);
    await this.store.forgetFailures(body.version);
    const healthWithinMs = Math.round(body.healthWithinMinutes * 60_000);
    const ring = { version: body.version, target, percent: body.percent, healthWithinMs, author };
    const row = await this.store.setRing(ring, Date.now());
    await this.tellHosts();
    return ringView(row);
  }

  async rings({ cursor, limit }: Input<Routes['rings']>): Promise<Response<Routes['rings']>> {
    const rows = await this.store.rings(readUuidCursor(cursor), limit + 1);
    return pageOfRows(rows, limit, (row) => row.id, ringView);
  }

  async stop(version: string): Promise<Response<Routes['stop']>> {
    const rings = await this.store.dropRings(version);
    if (rings === 0) throw notFound('planned version', version);
    return { version, rings };
  }

  async hosts({ cursor, limit, host }: Input<Routes['hosts']>): Promise<Response<Routes['hosts']>> {
    const [rows, rings, published, groups] = await Promise.all([
      this.store.hostPage(readCursor(cursor), limit + 1, host),
      this.store.rings(),
      this.store.published(),
      this.targets.groups(),
    ]);
    return pageOfRows(
      rows,
      limit,
      (row) => row.nameKey,
      (row) => {
        const decision = decideOffer(row, { rings, groups, ...published });
        return {
          host: row.name,
          version: row.version,
          wanted: decision.version ?? null,
          reason: decision.offer ? null : decision.reason,
          last: row.last && { ...row.last, at: new Date(row.last.at).toISOString() },
        };
      },
    );
  }

  private async find(sha256: string): Promise<ReleaseRow> {
    const row = await this.store.release(sha256);
    if (!row) throw notFound('release', sha256);
    return row;
  }

  /** All bytes are here; they are offered only when they are those that were signed. */
  private async finish({ sha256, bytes }: ReleaseRow): Promise<void> {
    const hash = createHash('sha256');
    for (let offset = 0; offset < bytes; ) {
      const found = await this.store.read(sha256, offset, limits.apiBodyBytes);
      if (!found || found.data.length === 0) break;
      hash.update(found.data);
      offset += found.data.length;
    }
    const digest = hash.digest('hex');
    if (digest === sha256) return this.store.complete(sha256);
    await this.store.dropParts(sha256);
    throw invalidField('data', `bytes with the SHA-256 ${sha256}; send them again from the start`, digest);
  }

  private async tellHosts(): Promise<void> {
    this.hints.publish({ kind: 'upgrade', hostIds: await this.store.activeHostIds() });
  }
}

function readRelease(text: string): Release {
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch {
    throw invalidField('text', 'JSON of a release', text);
  }
  const parsed = releaseSchema.safeParse(raw);
  if (!parsed.success) throw invalidInput(problemsFromIssues(parsed.error.issues, raw, ['text']));
  if (Date.parse(parsed.data.expires) <= Date.now())
    throw invalidField('text.expires', 'a time to come', parsed.data.expires);
  return parsed.data;
}

function viewOf(row: ReleaseRow): Response<Routes['publish']> {
  const { sha256, version, platform, bytes, received, complete, author } = row;
  const times = { expiresAt: row.expiresAt.toISOString(), createdAt: row.createdAt.toISOString() };
  return { sha256, version, platform, bytes, received, complete, author, ...times };
}

function ringView({ target, healthWithinMs, updatedAt, ...ring }: RingRow): Response<Routes['setRing']> {
  return {
    ...ring,
    target: describeTarget(target),
    healthWithinMinutes: healthWithinMs / 60_000,
    updatedAt: updatedAt.toISOString(),
  };
}
