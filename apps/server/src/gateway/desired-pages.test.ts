import { encodeMessage } from '@carillon/contract/agent/codec';
import { limits } from '@carillon/contract/limits';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { desiredPages } from './desired-pages.js';
import { ManifestCache } from './manifest-cache.js';
import { judgeSpool } from './spool-verdict.js';

const signature = 's'.repeat(86);

describe('pages of the desired state', () => {
  it('hold every manifest once, in order, each in a frame below the limit', () => {
    const text = fc.string({ unit: fc.constantFrom('"', '\\', 'x', 'é', '\n'), maxLength: 30_000 });
    const index = fc.string({ unit: fc.constantFrom('"', 'x'), maxLength: 80_000 });
    fc.assert(
      fc.property(fc.array(text, { maxLength: 20 }), index, (texts, indexText) => {
        const manifests = texts.map((one) => ({ text: one, signature }));
        const pages = desiredPages({ text: indexText, signature }, manifests);
        expect(pages.flatMap((page) => page.manifests)).toEqual(manifests);
        expect(pages.map((page) => [page.page, page.pages])).toEqual(pages.map((_, at) => [at + 1, pages.length]));
        for (const page of pages) {
          const frame = encodeMessage('desired.state', page, { id: 'x'.repeat(36), atMs: 0 });
          expect(Buffer.byteLength(frame)).toBeLessThan(limits.textFrameBytes);
        }
      }),
      { numRuns: 50 },
    );
  });

  it('are one page when nothing is missing', () => {
    expect(desiredPages({ text: '{}', signature }, [])).toMatchObject([{ manifests: [], page: 1, pages: 1 }]);
  });
});

describe('the manifest cache', () => {
  it('keeps the newest within its size', () => {
    const cache = new ManifestCache(25);
    for (const name of ['a', 'b', 'c']) cache.set(name, { text: name.repeat(10), signature });
    expect(['a', 'b', 'c'].map((name) => cache.get(name)?.text.length)).toEqual([undefined, 10, 10]);
  });
});

describe('the spool an agent comes with', () => {
  const session = { epoch: 3, ackedSeq: 10 };
  it.each([
    ['has what is not acked', { epoch: 3, first: 8, next: 14 }, null],
    ['is empty and up to date', { epoch: 3, first: 11, next: 11 }, null],
    ['is of a newer epoch', { epoch: 4, first: 1, next: 2 }, null],
    ['ends before what is committed', { epoch: 3, first: 5, next: 8 }, { epoch: 3, next: 4 }],
    ['is of an older epoch', { epoch: 2, first: 90, next: 99 }, { epoch: 2, next: 4 }],
  ])('%s', (_what, spool, renew) => {
    expect(judgeSpool(session, spool)).toEqual({ ack: { epoch: spool.epoch, upTo: spool.first - 1 }, renew });
  });

  it.each([
    ['is as far as we are', { epoch: 3, first: 11, next: 11, kept: 2 }, 10],
    ['has what a restored database lacks', { epoch: 3, first: 21, next: 25, kept: 2 }, 10],
    ['does not say what it kept', { epoch: 3, first: 21, next: 25 }, 20],
    ['went back itself', { epoch: 2, first: 21, next: 25, kept: 2 }, 20],
  ])('%s: we confirm as much as we have', (_what, spool, upTo) => {
    expect(judgeSpool(session, spool).ack).toEqual({ epoch: spool.epoch, upTo });
  });
});
