interface Address {
  /** 32 or 128. */
  readonly length: number;
  readonly bits: bigint;
}

/** Is the address one of these, or in one of these networks (`10.0.0.0/8`)? What is none, is in none. */
export function isInNetworks(address: string | null, networks: readonly string[]): boolean {
  const own = address === null ? null : parseAddress(address);
  return own !== null && networks.some((network) => holds(network, own));
}

function holds(network: string, { length, bits }: Address): boolean {
  const [base = '', prefix] = network.split('/');
  const parsed = parseAddress(base);
  const kept = prefix === undefined ? length : Number(prefix);
  if (!parsed || parsed.length !== length || !Number.isInteger(kept) || kept < 0 || kept > length) return false;
  const shift = BigInt(length - kept);
  return parsed.bits >> shift === bits >> shift;
}

/** IPv4 that is written as IPv6 counts as what it is. */
function parseAddress(text: string): Address | null {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1] ?? text;
  const four = parseFour(mapped);
  if (four !== null) return { length: 32, bits: four };
  const six = parseSix(mapped);
  return six === null ? null : { length: 128, bits: six };
}

function parseFour(text: string): bigint | null {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^\d{1,3}$/.test(part) || Number(part) > 255)) return null;
  return parts.reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function parseSix(text: string): bigint | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [head = [], tail = []] = halves.map(groupsOf);
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const groups = [...head, ...Array<string>(halves.length === 1 ? 0 : missing).fill('0'), ...tail];
  if (groups.some((group) => !/^[0-9a-f]{1,4}$/i.test(group))) return null;
  return groups.reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

/** The last may be written as IPv4. */
function groupsOf(text: string): string[] {
  const groups = text === '' ? [] : text.split(':');
  const four = parseFour(groups.at(-1) ?? '');
  if (four === null) return groups;
  return [...groups.slice(0, -1), (four >> 16n).toString(16), (four & 0xffffn).toString(16)];
}
