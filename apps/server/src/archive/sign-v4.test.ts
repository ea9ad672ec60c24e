import { describe, expect, it } from 'vitest';
import { sha256Hex, signV4 } from './sign-v4.js';

/** "Examples: Signature Calculations" of Amazon S3's API reference, with the answers that it prints. */
const key = {
  accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  region: 'us-east-1',
};
const nowMs = Date.UTC(2013, 4, 24);
const origin = 'https://examplebucket.s3.amazonaws.com';

describe('a signed request', () => {
  it.each([
    [
      'an object',
      { method: 'GET', path: '/test.txt', headers: { range: 'bytes=0-9' }, body: '' },
      'host;range;x-amz-content-sha256;x-amz-date',
      'f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41',
    ],
    [
      'an upload, whose name is encoded',
      {
        method: 'PUT',
        path: '/test$file.text',
        headers: { date: 'Fri, 24 May 2013 00:00:00 GMT', 'x-amz-storage-class': 'REDUCED_REDUNDANCY' },
        body: 'Welcome to Amazon S3.',
      },
      'date;host;x-amz-content-sha256;x-amz-date;x-amz-storage-class',
      '98ad721746da40c64f1a55b78f14c238d841ea1380cd77a1b5971af0ece108bd',
    ],
    [
      'a question without a value',
      { method: 'GET', path: '/?lifecycle', headers: {}, body: '' },
      'host;x-amz-content-sha256;x-amz-date',
      'fea454ca298b7da1c68078a5d1bdbfbbe0d65c699e0f91ac7a200a0136783543',
    ],
    [
      'a list',
      { method: 'GET', path: '/?max-keys=2&prefix=J', headers: {}, body: '' },
      'host;x-amz-content-sha256;x-amz-date',
      '34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7',
    ],
  ])('has the signature that Amazon prints for %s', (_what, { method, path, headers, body }, names, signature) => {
    const bodySha256 = sha256Hex(body);
    const signed = signV4({ method, url: new URL(origin + path), headers, bodySha256 }, key, nowMs);
    expect(signed.authorization).toBe(
      `AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request, SignedHeaders=${names}, Signature=${signature}`,
    );
    expect(signed).toMatchObject({ 'x-amz-date': '20130524T000000Z', 'x-amz-content-sha256': bodySha256 });
  });
});
