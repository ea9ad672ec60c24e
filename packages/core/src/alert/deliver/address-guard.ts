/**
 * Addresses that a channel must not reach unless it says so: ourselves, private networks, and services that tell secrets
 * to whoever asks (cloud metadata). IANA's special-purpose registries (RFC 6890 and its updates).
 */
const blocked4: readonly (readonly [string, number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
  // Metadata of a cloud, at an address that is otherwise public.
  ['168.63.129.16', 32],
];

const blocked6: readonly (readonly [string, number])[] = [
  ['::', 128],
  ['::1', 128],
  // NAT64 of one's own network: what stands behind it is its operator's.
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['3fff::', 20],
  ['5f00::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
];

/** Prefixes behind which an IPv4 address stands: mapped, compatible, NAT64, 6to4. With the bit at which it begins. */
const carriers: readonly (readonly [string, number])[] = [
  ['::ffff:0:0', 96],
  ['::', 96],
  ['64:ff9b::', 96],
];

/**
 * Whether an address is public. Takes what a resolver answers, not what people write: the name `0x7f.1` has been resolved
 * by then. What cannot be read is not public.
 */
export function isPublicAddress(address: string): boolean {
  const plain = address.replace(/%.*$/, '');
  const four = bits4(plain);
  if (four !== undefined) return !blocked4.some(([net, length]) => matches(four, bits4(net) ?? 0n, length, 32));
  const six = bits6(plain);
  if (six === undefined) return false;
  for (const [prefix, length] of carriers) {
    if (matches(six, bits6(prefix) ?? 0n, length, 128) && six > 1n) return isPublicFour(six & 0xffff_ffffn);
  }
  // 6to4: the address stands behind the first 16 bits.
  if (matches(six, bits6('2002::') ?? 0n, 16, 128)) return isPublicFour((six >> 80n) & 0xffff_ffffn);
  return !blocked6.some(([net, length]) => matches(six, bits6(net) ?? 0n, length, 128));
}

function isPublicFour(bits: bigint): boolean {
  return !blocked4.some(([net, length]) => matches(bits, bits4(net) ?? 0n, length, 32));
}

function matches(address: bigint, net: bigint, length: number, width: number): boolean {
  const shift = BigInt(width - length);
  return address >> shift === net >> shift;
}

function bits4(text: string): bigint | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255))
    return undefined;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(Number(part)), 0n);
}

function bits6(text: string): bigint | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (dotted) {
    const four = bits4(dotted[2] ?? '');
    if (four === undefined) return undefined;
    return bits6(`${dotted[1]}${(four >> 16n).toString(16)}:${(four & 0xffffn).toString(16)}`);
  }
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: Math.max(0, missing) }, () => '0'), ...tail];
  if (!groups.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return undefined;
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(Number.parseInt(group, 16)), 0n);
}
