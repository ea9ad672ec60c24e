/** Who somebody is, as an identity provider vouches for. */
export interface ProviderIdentity {
  /** Never given to another; within its issuer. */
  readonly subject: string;
  /** What an account for it would be called. */
  readonly name: string;
  readonly groups: readonly string[];
}

/** Which claims tell what. */
export interface ClaimNames {
  readonly nameClaim: string;
  readonly groupsClaim: string;
}

const mostNameLetters = 100;
const mostGroups = 1_000;
const mostGroupLetters = 200;

/**
 * Reads what a provider claims (OpenID Connect Core 1.0, section 5.1). Where the name is missing, the part of an address
 * or the subject stands in; letters that no account has become dashes. Without a list of groups somebody is in none.
 * @returns null without a subject
 */
export function readProviderIdentity(
  claims: Readonly<Record<string, unknown>>,
  { nameClaim, groupsClaim }: ClaimNames,
): ProviderIdentity | null {
  const subject = textOf(claims.sub);
  if (subject === undefined) return null;
  const wanted = textOf(claims[nameClaim]) ?? textOf(claims.email) ?? subject;
  return { subject, name: nameFrom(wanted) ?? 'person', groups: groupsFrom(claims[groupsClaim]) };
}

/** Providers that know of one group only may say it without a list. */
function groupsFrom(value: unknown): string[] {
  const all = Array.isArray(value) ? value : [value];
  const texts = all.filter((one): one is string => typeof one === 'string' && one !== '');
  return [...new Set(texts)].filter((text) => text.length <= mostGroupLetters).slice(0, mostGroups);
}

function nameFrom(text: string): string | undefined {
  const plain = text
    .normalize('NFC')
    .replaceAll(/[^\p{L}\p{N}._@+-]+/gu, '-')
    .replace(/^[._@+-]+/, '');
  return [...plain].slice(0, mostNameLetters).join('').replace(/-+$/, '') || undefined;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;
}
