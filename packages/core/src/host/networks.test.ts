import { BlockList, isIP } from 'node:net';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { isInNetworks } from './networks.js';

it.each([
  ['10.0.0.1', '10.0.0.0/8', true],
  ['11.0.0.1', '10.0.0.0/8', false],
  ['10.0.0.1', '10.0.0.1', true],
  ['10.0.0.1', '0.0.0.0/0', true],
  ['::ffff:10.0.0.1', '10.0.0.0/8', true],
  ['2001:db8::5', '2001:db8::/32', true],
  ['2001:db9::5', '2001:db8::/32', false],
  ['::1', '::1', true],
  ['::1', '0.0.0.0/0', false],
  ['1::2::3', '::/0', false],
  ['1:2:3:4:5:6:7:8:9', '::/0', false],
  ['fe80::1%eth0', '::/0', false],
  ['10.0.0', '0.0.0.0/0', false],
  ['10.0.0.256', '0.0.0.0/0', false],
  ['unknown', '0.0.0.0/0', false],
  ['10.0.0.1', '10.0.0.0/33', false],
  ['10.0.0.1', 'nonsense', false],
])('%s in %s: %s', (address, network, inside) => {
  expect(isInNetworks(address, ['192.0.2.0/24', network])).toBe(inside);
});

it('says of every address what Node says of it', () => {
  const length = { ip: 32, six: 128 } as const;
  const of = (address: fc.Arbitrary<string>, bits: number) =>
    fc.tuple(address, address, fc.integer({ min: 0, max: bits }));
  fc.assert(
    fc.property(fc.oneof(of(fc.ipV4(), length.ip), of(fc.ipV6(), length.six)), ([address, base, prefix]) => {
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      const list = new BlockList();
      list.addSubnet(base, prefix, family);
      // IPv4 within IPv6 is for us what it is in truth.
      if (family === 'ipv6' && (/^::ffff:/i.test(address) || /^::ffff:/i.test(base))) return;
      expect(isInNetworks(address, [`${base}/${prefix}`])).toBe(list.check(address, family));
      expect(isInNetworks(address, [address])).toBe(true);
    }),
    { numRuns: 500 },
  );
});
