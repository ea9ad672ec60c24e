import { createHash, createHmac } from 'node:crypto';

/** Who signs, and for where. */
export interface SigningKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly region: string;
}

export interface UnsignedRequest {
  readonly method: string;
  readonly url: URL;
  /** Beside `host` and what is added here. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Hex, of the body. */
  readonly bodySha256: string;
}

const algorithm = 'AWS4-HMAC-SHA256';

/**
 * Headers that sign a request to S3 after AWS Signature Version 4, "Authenticating Requests: Using the Authorization
 * Header", body and all. The path is signed as it stands in the URL: S3 encodes it once.
 */
export function signV4({ method, url, headers = {}, bodySha256 }: UnsignedRequest, key: SigningKey, nowMs: number) {
  const at = new Date(nowMs).toISOString().replace(/[-:]|\.\d+/g, '');
  const added = { 'x-amz-content-sha256': bodySha256, 'x-amz-date': at };
  const signed = Object.entries({ host: url.host, ...headers, ...added })
    .map(([name, value]) => [name.toLowerCase(), value.trim().replace(/ +/g, ' ')] as const)
    .sort(byName);
  const names = signed.map(([name]) => name).join(';');
  const canonical = [
    method,
    url.pathname.replace(/[!'()*$+,;=:@&]/g, encode),
    canonicalQuery(url),
    ...signed.map(([name, value]) => `${name}:${value}`),
    '',
    names,
    bodySha256,
  ].join('\n');
  const scope = `${at.slice(0, 8)}/${key.region}/s3/aws4_request`;
  const text = [algorithm, at, scope, sha256Hex(canonical)].join('\n');
  const signingKey = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${key.secretAccessKey}`);
  const signature = hmac(signingKey, text).toString('hex');
  const credential = `${key.accessKeyId}/${scope}`;
  return {
    ...headers,
    ...added,
    authorization: `${algorithm} Credential=${credential}, SignedHeaders=${names}, Signature=${signature}`,
  };
}

/** Hex, of text or bytes. */
export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}

function canonicalQuery(url: URL): string {
  return [...url.searchParams]
    .map(([name, value]) => [strict(name), strict(value)] as const)
    .sort(byName)
    .map((pair) => pair.join('='))
    .join('&');
}

/** As RFC 3986 has it: more is encoded than JavaScript does. */
function strict(text: string): string {
  return encodeURIComponent(text).replace(/[!'()*]/g, encode);
}

function encode(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}

function hmac(key: string | Buffer, text: string): Buffer {
  return createHmac('sha256', key).update(text).digest();
}

function byName([one]: readonly [string, string], [other]: readonly [string, string]): number {
  return one < other ? -1 : one > other ? 1 : 0;
}
