import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson } from './canonical-json.js';
import { type DesiredEntry, desiredHash, planDesired } from './desired-state.js';
import { makeKeyPair, signText, verifyText } from './signing.js';

const entry = fc.record({
  jobId: fc.uuid(),
  version: fc.integer({ min: 1, max: 99 }),
  manifestHash: fc.stringMatching(/^[0-9a-f]{64}$/),
});
const entries = fc.uniqueArray(entry, { selector: (value) => value.jobId, maxLength: 20 });

describe('desired state', () => {
  it('has a hash that ignores order and sees every other change', () => {
    fc.assert(
      fc.property(entries, fc.nat(), (list, at) => {
        expect(desiredHash([...list].reverse())).toBe(desiredHash(list));
        if (list.length === 0) return;
        const changed = list.map((value, index) =>
          index === at % list.length ? { ...value, version: value.version + 1 } : value,
        );
        expect(desiredHash(changed)).not.toBe(desiredHash(list));
        expect(desiredHash(list.slice(1))).not.toBe(desiredHash(list));
      }),
    );
  });

  it('plans exactly the way from registered to wanted', () => {
    fc.assert(
      fc.property(entries, entries, (wanted, registered) => {
        const { apply, remove } = planDesired(wanted, registered);
        const after = new Map(registered.map((value): [string, DesiredEntry] => [value.jobId, value]));
        for (const jobId of remove) after.delete(jobId);
        for (const value of apply) after.set(value.jobId, value);
        expect(desiredHash([...after.values()])).toBe(desiredHash(wanted));
        expect(planDesired(wanted, [...after.values()])).toEqual({ apply: [], remove: [] });
      }),
    );
  });
});

describe('canonical JSON', () => {
  it('is one text for one value and reads back', () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
        const plain = JSON.parse(JSON.stringify(value));
        const text = canonicalJson(plain);
        expect(JSON.parse(text)).toEqual(plain);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
    expect(canonicalJson({ b: [1, { d: 'x', c: null }], a: undefined, A: true })).toBe(
      '{"A":true,"b":[1,{"c":null,"d":"x"}]}',
    );
    expect(() => canonicalJson(Number.NaN)).toThrow('cannot sign');
  });
});

describe('signatures', () => {
  it('hold for one text, one purpose and one key', () => {
    const ours = makeKeyPair();
    const other = makeKeyPair();
    const signature = signText(ours.privateKey, 'carillon/v1/manifest', 'text');
    expect(verifyText(ours.publicKey, 'carillon/v1/manifest', 'text', signature)).toBe(true);
    expect(verifyText(ours.publicKey, 'carillon/v1/manifest', 'Text', signature)).toBe(false);
    expect(verifyText(ours.publicKey, 'carillon/v1/command', 'text', signature)).toBe(false);
    expect(verifyText(other.publicKey, 'carillon/v1/manifest', 'text', signature)).toBe(false);
    expect(verifyText('garbage', 'carillon/v1/manifest', 'text', 'garbage')).toBe(false);
  });
});
