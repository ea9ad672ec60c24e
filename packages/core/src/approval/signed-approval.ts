import type { KeyObject } from 'node:crypto';
import { canonicalJson, sha256Hex } from '../desired/canonical-json.js';
import { signText, verifyText } from '../desired/signing.js';
import { type Refusal, refuse } from '../signing/refusal.js';
import type { ApprovalFlawText, SignatureFlawText, SigningRefusalText } from '../text/signature-texts.js';
import { judgeWebauthn } from './webauthn.js';
import { isWebauthnKey, keyProofText } from './webauthn-text.js';

/** What an approver signs: this definition, of this version, on these hosts. Nothing else is approved by it. */
export interface Approval {
  readonly kind: 'carillon/approval/v1';
  readonly jobId: string;
  readonly name: string;
  readonly version: number;
  /** SHA-256 of the manifest's text, which says what runs, as whom and when. */
  readonly manifestHash: string;
  /** Names of the hosts that the approver saw, in lower case and sorted. Others need another approval. */
  readonly hosts: readonly string[];
  /** Who wrote the definition: nobody approves his own. */
  readonly author: string;
  /** An ISO instant after which it registers nothing any more; what stands registered by then stays. */
  readonly expiresAt?: string;
}

/** An approval as it travels. */
export interface SignedApproval {
  /** Canonical JSON of an `Approval`. */
  readonly text: string;
  /** Ed25519 in base64url; of a security key what its authenticator said, see `webauthnSignature`. */
  readonly signature: string;
  /** Public key of the approver: the 32 raw bytes in base64url, or a security key's with its origin, see `webauthnKey`. */
  readonly key: string;
}

/** A key that a host's own policy lists: itself or its fingerprint, and whose it is where that is said. */
export type ListedKey = string | { readonly key: string; readonly of?: string | undefined };

/** What a host's owner asks for before a definition is registered there. */
export interface ApprovalRule {
  readonly count: number;
  readonly keys: readonly ListedKey[];
}

/** Most hosts that one approval names. */
export const mostApprovedHosts = 1_000;
const keyPattern = /^[A-Za-z0-9_-]{43}$/;
const hashPattern = /^[0-9a-f]{64}$/;
const context = 'carillon/v1/approval';

/** By which people compare approvers' keys: the first 32 hexadecimal digits of the SHA-256 of the key as it is written. */
export function approverFingerprint(key: string): string {
  return sha256Hex(key).slice(0, 32);
}

/** The text that an approver signs. Names of hosts are put in order. */
export function approvalText({ hosts, expiresAt, ...rest }: Omit<Approval, 'kind'>): string {
  const names = [...new Set(hosts.map((name) => name.toLowerCase()))].sort();
  const { jobId, name, version, manifestHash, author } = rest;
  return canonicalJson({
    kind: 'carillon/approval/v1',
    ...{ jobId, name, version, manifestHash, author },
    hosts: names,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  });
}

/** @returns null where it is no approval, or not in canonical form */
export function readApproval(text: string): Approval | null {
  let value: Partial<Approval>;
  try {
    value = JSON.parse(text) as Partial<Approval>;
  } catch {
    return null;
  }
  const { kind, jobId, name, version, manifestHash, hosts, author, expiresAt } = value ?? {};
  const isWhole =
    kind === 'carillon/approval/v1' &&
    typeof jobId === 'string' &&
    typeof name === 'string' &&
    typeof author === 'string' &&
    Number.isSafeInteger(version) &&
    (version ?? 0) >= 1 &&
    typeof manifestHash === 'string' &&
    hashPattern.test(manifestHash) &&
    Array.isArray(hosts) &&
    hosts.length <= mostApprovedHosts &&
    hosts.every((host) => typeof host === 'string') &&
    (expiresAt === undefined || (typeof expiresAt === 'string' && !Number.isNaN(Date.parse(expiresAt))));
  return isWhole && approvalText(value as Approval) === text ? (value as Approval) : null;
}

/** Signs an approval. @param privateKey Ed25519, of the approver alone */
export function signApproval(privateKey: KeyObject, key: string, approval: Omit<Approval, 'kind'>): SignedApproval {
  const text = approvalText(approval);
  return { text, signature: signText(privateKey, context, text), key };
}

/** By which somebody shows that he holds the key that he registers as his. @param owner his name at the centre */
export function approverKeyProof(privateKey: KeyObject, key: string, owner: string): string {
  return signText(privateKey, 'carillon/v1/approver-key', keyProofText(key, owner));
}

export function isApproverKeyProof({ key, owner, proof }: { key: string; owner: string; proof: string }): boolean {
  const text = keyProofText(key, owner);
  if (isWebauthnKey(key)) return judgeWebauthn(key, 'carillon/v1/approver-key', text, proof).ok;
  return verifyText(key, 'carillon/v1/approver-key', text, proof);
}

/** Is it signed by the key that it names? `signCount`: uses of a security key so far; 0 where nobody counts. */
export function judgeApprovalSignature({
  text,
  signature,
  key,
}: SignedApproval):
  | { readonly ok: true; readonly signCount: number }
  | { readonly ok: false; readonly flaw: SignatureFlawText } {
  if (isWebauthnKey(key)) return judgeWebauthn(key, context, text, signature);
  if (keyPattern.test(key) && verifyText(key, context, text, signature)) return { ok: true, signCount: 0 };
  return { ok: false, flaw: 'the key did not sign it' };
}

export function isSignedApproval(signed: SignedApproval): boolean {
  return judgeApprovalSignature(signed).ok;
}

/** What a host is to register, and what it knows by itself. */
export interface ApprovalFacts {
  readonly jobId: string;
  readonly version: number;
  readonly manifestHash: string;
  /** Of the job; for the words of a refusal. */
  readonly name: string;
  /** As this host calls itself, in the centre too. */
  readonly hostName: string | undefined;
  /** The newest definition of this job that was registered here with approvals, also where it is gone again. */
  readonly accepted: { readonly version: number; readonly manifestHash: string } | undefined;
  readonly nowMs: number;
}

/**
 * May this definition be registered on a host that asks for approvals? Only with as many signatures by distinct keys of its
 * list as it asks for, each over exactly this definition and for this host; never in a version below one that was approved.
 */
export function judgeApprovals(
  rule: ApprovalRule,
  facts: ApprovalFacts,
  approvals: readonly SignedApproval[],
): { readonly ok: true } | Refusal {
  const { version, name, accepted } = facts;
  const no = (message: SigningRefusalText) => refuse('not_approved', message);
  const of = `job ${name} version ${version}` as const;
  if (accepted && version < accepted.version)
    return no(
      `${of}: version ${accepted.version} was approved and registered here; an older one is not taken any more`,
    );
  const good = new Map<string, string>();
  const flaws: ApprovalFlawText[] = [];
  // What is told of the first flaw is of an approval that means this definition, where there is one.
  const meant = ({ text }: SignedApproval) => Number(readApproval(text)?.manifestHash === facts.manifestHash);
  for (const approval of [...approvals].sort((a, b) => meant(b) - meant(a))) {
    const judged = judgeOne(rule, facts, approval);
    if ('flaw' in judged) flaws.push(judged.flaw);
    // One person with two keys is one person.
    else good.set(judged.who, approval.key);
  }
  if (good.size >= rule.count) return { ok: true };
  const [first] = flaws;
  const few =
    `${of}: the policy of this host asks for ${rule.count} signatures of approvers, it has ${good.size}` as const;
  return no(first === undefined ? few : `${few}; passed over: ${first}`);
}

function judgeOne(
  { keys }: ApprovalRule,
  { jobId, version, manifestHash, hostName, accepted, nowMs }: ApprovalFacts,
  signed: SignedApproval,
): { readonly who: string } | { readonly flaw: ApprovalFlawText } {
  const of = `the approval by ${approverFingerprint(signed.key)}` as const;
  const listed = keys.find((each) => isListed(each, signed.key));
  if (listed === undefined) return { flaw: `${of}: the policy does not list this key` };
  const signature = judgeApprovalSignature(signed);
  if (!signature.ok) return { flaw: `${of}: its signature is not good: ${signature.flaw}` };
  const approval = readApproval(signed.text);
  if (!approval) return { flaw: `${of}: it is no approval in canonical form` };
  if (approval.jobId !== jobId) return { flaw: `${of}: it is for another job` };
  if (approval.version !== version) return { flaw: `${of}: it is for version ${approval.version}` };
  if (approval.manifestHash !== manifestHash) return { flaw: `${of}: it is for another definition` };
  if (hostName === undefined || !approval.hosts.includes(hostName.toLowerCase()))
    return { flaw: `${of}: it does not name this host` };
  const owner = typeof listed === 'string' ? undefined : listed.of;
  if (owner !== undefined && owner.toLowerCase() === approval.author.toLowerCase())
    return { flaw: `${of}: ${owner} wrote the definition himself` };
  const isOver = approval.expiresAt !== undefined && Date.parse(approval.expiresAt) < nowMs;
  if (isOver && accepted?.manifestHash !== manifestHash)
    return { flaw: `${of}: it was good until ${approval.expiresAt}` };
  return { who: owner === undefined ? signed.key : `person ${owner.toLowerCase()}` };
}

function isListed(listed: ListedKey, key: string): boolean {
  const said = typeof listed === 'string' ? listed : listed.key;
  return said === key || said === approverFingerprint(key);
}
