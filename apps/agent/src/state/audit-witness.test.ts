import { readFileSync, writeFileSync } from 'node:fs';
import { endText, type SignedEnd } from '@carillon/core/audit/witness';
import { makeKeyPair, signText } from '@carillon/core/desired/signing';
import { expect, it } from 'vitest';
import { signer } from '../testing/samples.js';
import { makeAgentFolder } from '../testing/temp-folder.js';
import { AuditWitness } from './audit-witness.js';

const signed = (seq: number, by = signer): SignedEnd => {
  const text = endText({ seq, hash: String(seq % 10).repeat(64) }, 0);
  return { text, signature: signText(by.privateKey, 'carillon/v1/audit-end', text) };
};

it('says what it kept before, over a restart, and never goes back', () => {
  const folder = makeAgentFolder();
  const witness = () => new AuditWitness(folder, () => [signer.publicKey]);
  expect(witness().take(signed(3))).toBeNull();
  expect(witness().take(signed(2))).toEqual(signed(3));
  expect(witness().take(signed(9, makeKeyPair()))).toEqual(signed(3));
  expect(witness().take(signed(5))).toEqual(signed(3));
  expect(witness().take(signed(6))).toEqual(signed(5));
});

it('keeps what it saw, also from the file of an agent before, which still finds the newest end there', () => {
  const folder = makeAgentFolder();
  const witness = () => new AuditWitness(folder, () => [signer.publicKey]);
  writeFileSync(folder.auditEnd, JSON.stringify(signed(3)));
  witness().take(signed(5));
  expect(witness().kept(null)).toEqual({ ends: [signed(3), signed(5)] });
  expect(JSON.parse(readFileSync(folder.auditEnd, 'utf8'))).toMatchObject(signed(5));
});
