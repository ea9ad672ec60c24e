import type { ArchiveSettings } from '../config/archive-config.js';
import { describeError } from '../queue/state-log.js';
import { sha256Hex, signV4 } from './sign-v4.js';

/**
 * `unreachable`: it does not answer, or only with errors of its own. `refused`: it does not let us, or knows no such bucket, which
 * somebody can mend. `missing`: it has no such object. `damaged`: what it has is not what was stored.
 */
export type ArchiveFault = 'unreachable' | 'refused' | 'missing' | 'damaged';

/** Why the object store did not do what it was asked. */
export class ArchiveError extends Error {
  constructor(
    readonly reason: ArchiveFault,
    message: string,
  ) {
    super(message);
    this.name = 'ArchiveError';
  }
}

const timeoutMs = 30_000;
/** Of an answer that is no object: enough to show what it says. */
const errorBytes = 64 * 1024;
const shownCharacters = 200;

/**
 * Objects in a bucket of an S3-compatible store, by its path (`ENDPOINT/BUCKET/KEY`). Its address comes from the server's
 * environment alone, so that it may be a private one; nobody who works with the product can send requests elsewhere by it,
 * and redirections are not followed.
 */
export class ObjectStore {
  constructor(private readonly settings: ArchiveSettings) {}

  /** @throws ArchiveError */
  async put(bucket: string, key: string, body: Buffer): Promise<void> {
    await this.ask('PUT', bucket, key, errorBytes, body);
  }

  /** @param length bytes that are expected. @throws ArchiveError */
  async get(bucket: string, key: string, length: number): Promise<Buffer> {
    return await this.ask('GET', bucket, key, length);
  }

  /** One that is not there is as good as deleted. @throws ArchiveError */
  async delete(bucket: string, key: string): Promise<void> {
    try {
      await this.ask('DELETE', bucket, key, errorBytes);
    } catch (error) {
      if (!(error instanceof ArchiveError && error.reason === 'missing')) throw error;
    }
  }

  private async ask(method: string, bucket: string, key: string, mostBytes: number, body?: Buffer): Promise<Buffer> {
    const url = new URL(`${this.settings.endpoint}/${bucket}/${key}`);
    const unsigned = { method, url, bodySha256: sha256Hex(body ?? '') };
    let answer: Response;
    let bytes: Buffer;
    try {
      answer = await fetch(url, {
        method,
        headers: signV4(unsigned, this.settings, Date.now()),
        redirect: 'manual',
        signal: AbortSignal.timeout(timeoutMs),
        ...(body ? { body: new Uint8Array(body) } : {}),
      });
      bytes = await readAtMost(answer, answer.ok ? mostBytes : errorBytes);
    } catch (error) {
      if (error instanceof ArchiveError) throw error;
      throw new ArchiveError('unreachable', `${method} ${url.href}: ${causeOf(error)}`);
    }
    if (answer.ok) return bytes;
    const said = shown(bytes);
    throw new ArchiveError(faultOf(answer.status, said), `${method} ${url.href}: ${answer.status} ${said}`);
  }
}

function faultOf(status: number, said: string): ArchiveFault {
  if (status === 404 && !said.startsWith('NoSuchBucket')) return 'missing';
  return status >= 500 || status === 429 ? 'unreachable' : 'refused';
}

/** @throws ArchiveError for more than that */
async function readAtMost(answer: Response, mostBytes: number): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  let length = 0;
  for await (const part of answer.body ?? []) {
    length += (part as Uint8Array).length;
    if (length > mostBytes)
      throw new ArchiveError('damaged', `${answer.url}: expected at most ${mostBytes} bytes, got more`);
    parts.push(part as Uint8Array);
  }
  return Buffer.concat(parts);
}

/** S3 says in XML what is wrong, Ceph by the code alone; others may say anything. */
function shown(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  const [code, message] = ['Code', 'Message'].map((name) => new RegExp(`<${name}>([^<]*)`).exec(text)?.[1]);
  return (code ? [code, message].filter(Boolean).join(': ') : text.replace(/\s+/g, ' ')).slice(0, shownCharacters);
}

/** `fetch failed` says nothing; its cause does. */
function causeOf(error: unknown): string {
  return describeError(error instanceof Error && error.cause !== undefined ? error.cause : error);
}
