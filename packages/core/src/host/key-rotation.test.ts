import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { makeKeyPair, signText } from '../desired/signing.js';
import {
  type AgentKeys,
  afterWelcome,
  isGoodRotation,
  isRotationDue,
  judgeKey,
  keyToTry,
  rotationText,
} from './key-rotation.js';

/** Both sides, whose disks outlive them; a step may end in a death before or after what it writes. */
class Host {
  keys: AgentKeys<string> = { current: 'k1', candidate: null };
  centre = { publicKey: 'k1', offered: null as string | null };
  made = 1;

  /** @returns the key with which it was welcomed, null where it was not */
  signIn(dies: {
    beforeTake?: boolean;
    beforeWelcome?: boolean;
    beforeOffer?: boolean;
    beforeStore?: boolean;
    beforeCommit?: boolean;
  }) {
    let refused = false;
    for (;;) {
      const which = keyToTry(this.keys, refused);
      const key = this.keys[which] ?? '';
      const whose = judgeKey(this.centre, (known) => known === key);
      if (whose === 'stranger' && which === 'candidate') {
        refused = true;
        continue;
      }
      if (whose === 'stranger') return null;
      if (whose === 'offered') {
        if (dies.beforeTake) return key;
        this.centre = { publicKey: key, offered: null };
      }
      if (dies.beforeWelcome) return key;
      const step = afterWelcome(this.keys, which);
      if (step === 'offer' && !dies.beforeOffer && !dies.beforeStore && this.keys.candidate !== null)
        this.centre = { ...this.centre, offered: this.keys.candidate };
      if (step === 'commit' && !dies.beforeCommit) this.keys = { current: key, candidate: null };
      return key;
    }
  }

  begin() {
    this.made += 1;
    this.keys = { ...this.keys, candidate: this.keys.candidate ?? `k${this.made}` };
  }
}

const deaths = fc.record({
  beforeTake: fc.boolean(),
  beforeWelcome: fc.boolean(),
  beforeOffer: fc.boolean(),
  beforeStore: fc.boolean(),
  beforeCommit: fc.boolean(),
});

describe('another key for a host', () => {
  it('can sign in wherever either side dies, and gets there in the end', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.constant('begin' as const), deaths), { maxLength: 30 }), (steps) => {
        const host = new Host();
        for (const step of steps) {
          if (step === 'begin') host.begin();
          else expect(host.signIn(step)).not.toBeNull();
        }
        // Left alone for two sessions, both sides have one key and the same.
        for (let n = 0; n < 2; n += 1) expect(host.signIn({})).not.toBeNull();
        expect(host.keys.candidate).toBeNull();
        expect(host.centre).toEqual({ publicKey: host.keys.current, offered: null });
      }),
    );
  });

  it('refuses the one before as soon as the next has signed in', () => {
    const isBy = (key: string) => (known: string) => known === key;
    expect(judgeKey({ publicKey: 'old', offered: 'new' }, isBy('old'))).toBe('current');
    expect(judgeKey({ publicKey: 'old', offered: 'new' }, isBy('new'))).toBe('offered');
    expect(judgeKey({ publicKey: 'new', offered: null }, isBy('old'))).toBe('stranger');
  });

  it('is said by both keys, for this host and this change', () => {
    const [old, next, other] = [makeKeyPair(), makeKeyPair(), makeKeyPair()];
    const change = { hostId: 'h', publicKey: old.publicKey, next: next.publicKey };
    const by = ({ privateKey }: typeof old, of = change) =>
      signText(privateKey, 'carillon/v1/host-key', rotationText(of));
    const good = { ...change, byOld: by(old), byNew: by(next) };
    expect(isGoodRotation(good)).toBe(true);
    expect(isGoodRotation({ ...good, byOld: by(other) })).toBe(false);
    expect(isGoodRotation({ ...good, byNew: by(old) })).toBe(false);
    expect(isGoodRotation({ ...good, hostId: 'i' })).toBe(false);
    expect(isGoodRotation({ ...good, next: old.publicKey, byNew: by(old) })).toBe(false);
  });

  it.each([
    [{ madeMs: 0, wantedMs: null }, 180, false],
    [{ madeMs: -180 * 86_400_000, wantedMs: null }, 180, true],
    [{ madeMs: -180 * 86_400_000, wantedMs: null }, 0, false],
    [{ madeMs: -5, wantedMs: -4 }, 0, true],
    [{ madeMs: -5, wantedMs: -6 }, 180, false],
  ])('%j is due after %s days: %s', (key, days, due) => {
    expect(isRotationDue(key, days, 0)).toBe(due);
  });
});
