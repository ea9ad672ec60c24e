import { join, relative, sep } from 'node:path';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { asOnHost, diskPath } from './disk-path.js';

const root = join(sep, 'x', '.carillon-demo', 'hosts', 'berlin-db-01');

it.each([
  ['D:\\data', 'D/data'],
  ['d:/Data/a b.txt', 'D/Data/a b.txt'],
  ['D:\\', 'D'],
  ['D:\\..\\..\\etc', 'D/etc'],
  ['D:\\a\\.\\b\\..\\c', 'D/a/c'],
  ['D:\\a\\.. \\b', 'D/a/b'],
  ['D:\\data. \\x...', 'D/data/x'],
  ['\\\\nas\\share\\a', 'UNC/nas/share/a'],
  ['//nas/share', 'UNC/nas/share'],
  ['\\\\nas\\share\\..\\..\\..\\a', 'UNC/nas/share/a'],
  ['D:\\价格\\Übersicht.txt', 'D/价格/Übersicht.txt'],
])('%j is at %j', (path, at) => {
  const found = diskPath(path);
  expect(found.ok && found.parts.join('/')).toBe(at);
});

it.each([
  ['/etc/passwd', /^\/etc\/passwd: it is a path of Unix, and hosts of the demo are Windows hosts: expected/],
  ['data\\a.txt', /not absolute/],
  ['D:data', /not absolute/],
  ['', /not absolute/],
  ['\\\\?\\D:\\data', /not absolute/],
  ['\\\\.\\PhysicalDrive0', /not absolute/],
  ['\\\\nas\\..\\x', /\.\./],
  ['D:\\a.txt:stream', /forbid/],
  ['D:\\nul', /takes for another/],
  ['D:\\a\0b', /NUL/],
  ['%ProgramData%\\x', /not absolute/],
  ['D:\\%TEMP%\\..\\..\\..\\x*', /forbid/],
])('%j is nowhere', (path, why) => {
  const found = diskPath(path);
  expect(found.ok ? found.parts : found.message).toMatch(why);
});

const hostile = fc.array(
  fc.oneof(
    fc.constantFrom(
      '\\',
      '/',
      '..',
      '.',
      'D:',
      'c:',
      '\\\\',
      '//',
      '?',
      'UNC',
      'nas',
      ' ',
      '\0',
      '%',
      '~1',
      'etc',
      ':',
      '...',
      '. ',
    ),
    fc.string(),
  ),
  { maxLength: 12 },
);

it('never leads out of the disk, whatever is asked for', () => {
  let found = 0;
  fc.assert(
    fc.property(hostile, fc.constantFrom('', 'D:\\', 'd:/', '\\\\nas\\x\\'), (pieces, start) => {
      const place = diskPath(start + pieces.join(''));
      if (!place.ok) return;
      found += 1;
      const inside = relative(root, join(root, ...place.parts));
      // No part is read as anything but a name, by either kind of system.
      expect(inside.split(sep)).toEqual(place.parts);
      expect(place.parts.filter((name) => /^\.*$|[\\/\0]/.test(name))).toEqual([]);
      expect(place.parts[0]).toMatch(/^([A-Z]|UNC)$/);
    }),
    { numRuns: 2_000 },
  );
  expect(found).toBeGreaterThan(200);
});

it('says paths as the host has them', () => {
  const at = (...names: string[]) => join(root, ...names);
  expect(asOnHost(`made ${at('E', 'backup', 'h', '000001-full')}: full, 3/4 files`, root)).toBe(
    'made E:\\backup\\h\\000001-full: full, 3/4 files',
  );
  expect(asOnHost(`removed ${at('D', 'logs', 'a b.log')} (2 KiB)`, root)).toBe('removed D:\\logs\\a b.log (2 KiB)');
  expect(asOnHost(`${at('D')} and ${at('UNC', 'nas', 's', 'a')}: no`, root)).toBe('D:\\ and \\\\nas\\s\\a: no');
  expect(asOnHost(`GET https://api.example.com/v1: 200`, root)).toBe('GET https://api.example.com/v1: 200');
  expect(asOnHost(`${at('Data')} is none`, root)).toBe(`(the disk of this host)${sep}Data is none`);
});
