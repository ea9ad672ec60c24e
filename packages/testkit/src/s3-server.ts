import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const accessKeyId = 'AKIDCARILLONTEST';
const secretAccessKey = 'wJalrXUtnFEMI/K7MDENG+carillon+test';
const region = 'eu-central-1';
/** As S3 allows it. */
const clockSkewMs = 15 * 60_000;
const empty = createHash('sha256').digest('hex');

/** What goes wrong with a request. `silent`: it is never answered; `cut`: carried out, and the answer is lost. */
export type S3Fault = 'silent' | 'cut' | { readonly status: number; readonly code: string };

/**
 * A strict S3 endpoint on this machine, by path, for PUT, GET and DELETE of objects: it works out the signature of each
 * request (AWS Signature Version 4) from what arrived, and refuses wrong ones, late ones and bodies of another hash, as S3
 * does. What it holds can be read, spoilt and lost by a test.
 */
export class S3Server {
  readonly bucket = 'runs';
  /** By key. */
  readonly objects = new Map<string, Buffer>();
  /** `PUT carillon/…`, in the order of their arrival. */
  readonly requests: string[] = [];
  /** Of a request; undefined: nothing goes wrong. */
  fault: (method: string, key: string, bucket: string) => S3Fault | undefined = () => undefined;

  private constructor(
    readonly endpoint: string,
    private readonly closing: () => Promise<void>,
  ) {}

  static async start(): Promise<S3Server> {
    let own: S3Server | undefined;
    const server = createServer((request, response) => void own?.take(request, response));
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    own = new S3Server(`http://127.0.0.1:${port}`, async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    });
    return own;
  }

  /** What a client has to know. */
  get settings() {
    const { endpoint, bucket } = this;
    return { endpoint, bucket, region, prefix: 'carillon/', accessKeyId, secretAccessKey };
  }

  close(): Promise<void> {
    return this.closing();
  }

  private async take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const { method = '', url = '' } = request;
    const [, bucket = '', ...path] = url.split('/');
    const key = path.map(decodeURIComponent).join('/');
    this.requests.push(`${method} ${key}`);
    const fault = this.fault(method, key, bucket);
    if (fault === 'silent') return;
    if (typeof fault === 'object') return refuse(response, fault.status, fault.code);
    const refusal = refusalOf(request, body);
    if (refusal) return refuse(response, refusal === 'XAmzContentSHA256Mismatch' ? 400 : 403, refusal);
    if (bucket !== this.bucket) return refuse(response, 404, 'NoSuchBucket');
    this.answer(method, key, body, fault === 'cut', response);
  }

  private answer(method: string, key: string, body: Buffer, isCut: boolean, response: ServerResponse): void {
    const held = this.objects.get(key);
    if (method === 'PUT') this.objects.set(key, body);
    if (method === 'DELETE') this.objects.delete(key);
    if (isCut) response.destroy();
    else if (method === 'PUT') response.writeHead(200, { etag: `"${md5(body)}"` }).end();
    else if (method === 'DELETE') response.writeHead(204).end();
    else if (method !== 'GET') refuse(response, 405, 'MethodNotAllowed');
    else if (held) response.writeHead(200, { etag: `"${md5(held)}"`, 'content-length': held.length }).end(held);
    else refuse(response, 404, 'NoSuchKey');
  }
}

function refuse(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { 'content-type': 'application/xml' });
  response.end(
    // Ceph says no more than that.
    `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message></Message></Error>`,
  );
}

/** S3's code of what is wrong with a request; undefined when all is right. */
function refusalOf(request: IncomingMessage, body: Buffer): string | undefined {
  const { headers, method = '', url = '' } = request;
  const form =
    /^AWS4-HMAC-SHA256 Credential=([^/]+)\/(\d{8})\/([^/]+)\/s3\/aws4_request, SignedHeaders=([a-z0-9;-]+), Signature=([0-9a-f]{64})$/;
  const [, id, day = '', place, names = '', signature = ''] = form.exec(headers.authorization ?? '') ?? [];
  if (!id) return 'AccessDenied';
  if (id !== accessKeyId) return 'InvalidAccessKeyId';
  const at = String(headers['x-amz-date'] ?? '');
  const [, year, month, date, hour, minute, second] = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(at) ?? [];
  const atMs = Date.UTC(Number(year), Number(month) - 1, Number(date), Number(hour), Number(minute), Number(second));
  if (!(Math.abs(Date.now() - atMs) < clockSkewMs) || !at.startsWith(day)) return 'RequestTimeTooSkewed';
  if (place !== region) return 'AuthorizationHeaderMalformed';
  const signed = names.split(';');
  // Whatever says what is done has to be signed.
  const mustBe = ['host', ...Object.keys(headers).filter((name) => name.startsWith('x-amz-'))];
  if (!mustBe.every((name) => signed.includes(name)) || signed.join() !== [...signed].sort().join())
    return 'AccessDenied';
  const hash = String(headers['x-amz-content-sha256'] ?? '');
  const [path = '', query = ''] = url.split('?');
  let canonical = `${method}\n${path}\n${query}\n`;
  for (const name of signed) canonical += `${name}:${String(headers[name] ?? '').trim()}\n`;
  canonical += `\n${names}\n${hash}`;
  let key: Buffer = hmac(`AWS4${secretAccessKey}`, day);
  for (const part of [region, 's3', 'aws4_request']) key = hmac(key, part);
  const hashed = createHash('sha256').update(canonical).digest('hex');
  const wanted = hmac(key, `AWS4-HMAC-SHA256\n${at}\n${day}/${region}/s3/aws4_request\n${hashed}`);
  if (!timingSafeEqual(wanted, Buffer.from(signature, 'hex'))) return 'SignatureDoesNotMatch';
  const actual = body.length === 0 ? empty : createHash('sha256').update(body).digest('hex');
  return hash === actual ? undefined : 'XAmzContentSHA256Mismatch';
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function md5(body: Buffer): string {
  return createHash('md5').update(body).digest('hex');
}
