import { isGoodRotation } from '@carillon/core/host/key-rotation';
import { describe, expect, it } from 'vitest';
import { PasswordFile } from '../accounts/password-file.js';
import { makeTempFolder } from '../testing/temp-folder.js';
import { agentFolderAt, prepareAgentFolder } from './agent-folder.js';
import { loadIdentity, loadOrMakeIdentity, storeEnrolment } from './identity.js';
import { KeyKeeper } from './key-keeper.js';

const hostId = '01890000-0000-7000-8000-000000000001';

function host() {
  const folder = agentFolderAt(makeTempFolder());
  prepareAgentFolder(folder);
  const identity = storeEnrolment(folder, loadOrMakeIdentity(folder), { agentId: hostId, name: 'a', signerKeys: [] });
  return { folder, identity };
}

describe('the key of a host', () => {
  it('is offered over both keys, on disk before, and the same again after a death', () => {
    const { folder, identity } = host();
    const keys = new KeyKeeper(folder);
    expect(keys.offer()).toBeUndefined();
    keys.begin();
    const offer = keys.offer();
    expect(offer && isGoodRotation({ hostId, publicKey: identity.publicKey, ...offer })).toBe(true);
    const again = new KeyKeeper(folder);
    again.begin();
    expect(again.offer()?.next).toBe(offer?.next);
    expect(again.isOffered(offer?.next ?? '')).toBe(true);
  });

  it('is tried when it is on its way, and the one before where the centre does not know it', () => {
    const { folder, identity } = host();
    new KeyKeeper(folder).begin();
    const keys = new KeyKeeper(folder);
    const next = keys.toTry();
    expect(next.publicKey).not.toBe(identity.publicKey);
    expect(next.agentId).toBe(hostId);
    expect(keys.noteRefused()).toBe(true);
    expect(keys.toTry().publicKey).toBe(identity.publicKey);
    expect(keys.noteRefused()).toBe(false);
    expect(keys.noteWelcome()).toBe('offer');
    // The centre has it by now: the next connection tries it again.
    expect(keys.toTry().publicKey).toBe(next.publicKey);
    expect(loadIdentity(folder)?.publicKey).toBe(identity.publicKey);
  });

  it('takes the place of the one before once it was welcomed, and secrets of the host stay readable', () => {
    const { folder, identity } = host();
    new PasswordFile(folder.secrets, identity.localKey, 'secret').set('db', 'open sesame', 0);
    const keys = new KeyKeeper(folder);
    for (let turn = 0; turn < 2; turn += 1) {
      const before = loadIdentity(folder)?.publicKey;
      keys.begin();
      const next = keys.toTry().publicKey;
      expect(keys.noteWelcome()).toBe('commit');
      expect(loadIdentity(folder)).toMatchObject({ publicKey: next, agentId: hostId, name: 'a' });
      expect(next).not.toBe(before);
      expect(keys.offer()).toBeUndefined();
    }
    const now = loadIdentity(folder);
    expect(now && new PasswordFile(folder.secrets, now.localKey, 'secret').get('db')).toBe('open sesame');
  });
});
