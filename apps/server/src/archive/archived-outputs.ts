import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { type ArchivedPiece, unpackOutput } from '@carillon/core/archive/archived-output';
import { Inject, Injectable } from '@nestjs/common';
import type { Config } from '../config/config.js';
import { CONFIG } from '../config/config.module.js';
import { ArchivedOutputStore, type HeldObject } from '../store/archived-output.store.js';
import { ArchiveError, type ArchiveFault, ObjectStore } from './object-store.js';
import { sha256Hex } from './sign-v4.js';

const unzip = promisify(gunzip);
/** Whoever reads output page by page asks for the same object again and again. */
const keptBytes = 32 * 1024 * 1024;
/** Of the line before the output, for each piece of it; a piece has a byte at least. */
const headBytes = 100;

/** Why output that was archived cannot be read. */
export class ArchivedUnreadable extends Error {
  constructor(
    readonly object: HeldObject,
    readonly reason: ArchiveFault | 'not_configured',
    detail: string,
  ) {
    const day = object.archivedAt.toISOString().slice(0, 10);
    super(`archived on ${day} to bucket ${object.bucket}, ${words[reason]} (${detail})`);
    this.name = 'ArchivedUnreadable';
  }
}

const words = {
  unreachable: 'which does not answer',
  refused: 'which refuses this server',
  missing: 'where it is not any more',
  damaged: 'where something else lies now',
  not_configured: 'and this server was not told of an archive',
} as const;

/** Output of runs that lies in the archive. */
@Injectable()
export class ArchivedOutputs {
  private readonly objects: ObjectStore | undefined;
  /** By key, at which nothing is written twice; in the order of their last use. */
  private readonly kept = new Map<string, { readonly pieces: Promise<ArchivedPiece[]>; readonly bytes: number }>();

  constructor(
    @Inject(ArchivedOutputStore) private readonly store: ArchivedOutputStore,
    @Inject(CONFIG) { archive }: Pick<Config, 'archive'>,
  ) {
    this.objects = archive && new ObjectStore(archive);
  }

  /** What of a run's output lies in the archive; null: nothing. @throws ArchivedUnreadable */
  async of(runId: string): Promise<ArchivedPiece[] | null> {
    const object = await this.store.held(runId);
    return object && (await this.read(object));
  }

  /** @throws ArchivedUnreadable */
  async read(object: HeldObject): Promise<ArchivedPiece[]> {
    const name = `${object.bucket}/${object.key}`;
    const known = this.kept.get(name);
    const bytes = object.stdoutBytes + object.stderrBytes;
    const pieces = known?.pieces ?? this.fetch(object);
    this.kept.delete(name);
    this.kept.set(name, { pieces, bytes });
    this.forgetOldest();
    try {
      return await pieces;
    } catch (error) {
      if (this.kept.get(name)?.pieces === pieces) this.kept.delete(name);
      throw error;
    }
  }

  private forgetOldest(): void {
    let bytes = [...this.kept.values()].reduce((sum, entry) => sum + entry.bytes, 0);
    for (const [name, entry] of this.kept) {
      if (bytes <= keptBytes || this.kept.size === 1) return;
      this.kept.delete(name);
      bytes -= entry.bytes;
    }
  }

  private async fetch(object: HeldObject): Promise<ArchivedPiece[]> {
    if (!this.objects) throw new ArchivedUnreadable(object, 'not_configured', 'CARILLON_ARCHIVE_ENDPOINT');
    try {
      const body = await this.objects.get(object.bucket, object.key, object.length);
      return await openObject(object, body);
    } catch (error) {
      if (error instanceof ArchiveError) throw new ArchivedUnreadable(object, error.reason, error.message);
      throw error;
    }
  }
}

/** What an object holds. @throws ArchiveError where it is not what its row says */
export async function openObject(
  { key, runId, length, sha256, stdoutBytes, stderrBytes }: Omit<HeldObject, 'archivedAt'>,
  body: Buffer,
): Promise<ArchivedPiece[]> {
  const hash = sha256Hex(body);
  if (body.length !== length || hash !== sha256.toString('hex'))
    throw new ArchiveError(
      'damaged',
      `${key}: expected ${length} bytes of SHA-256 ${sha256.toString('hex')}, got ${body.length} of ${hash}`,
    );
  const unpacked = await unzip(body, { maxOutputLength: (headBytes + 1) * (stdoutBytes + stderrBytes + headBytes) });
  return unpackOutput(runId, unpacked);
}
