import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, onTestFinished } from 'vitest';
import { isSigned, withoutSignature } from './pe-signature.mjs';
import { pinnedFileAt } from './pinned-file.mjs';
import { koffi, windowsNode } from './pins.mjs';
import { seaBlob } from './sea-blob.mjs';
import { fileInTarball } from './tarball.mjs';

/** The headers of a 64-bit Windows program, some bytes of code, and a signature at the end when one is given. */
function makeProgram(signature: Buffer): Buffer {
  const code = Buffer.alloc(512, 7);
  code.write('MZ', 0, 'latin1');
  code.writeUInt32LE(64, 0x3c);
  code.write('PE\0\0', 64, 'latin1');
  code.writeUInt16LE(0x20b, 64 + 24);
  code.writeUInt32LE(0xabcd, 64 + 24 + 64);
  code.writeUInt32LE(signature.length > 0 ? code.length : 0, 64 + 24 + 112 + 4 * 8);
  code.writeUInt32LE(signature.length, 64 + 24 + 112 + 4 * 8 + 4);
  return Buffer.concat([code, signature]);
}

describe('the signature of a program', () => {
  it('is cut off with all that points to it', () => {
    const plain = withoutSignature(makeProgram(Buffer.alloc(96, 9)));
    expect(plain).toHaveLength(512);
    expect(isSigned(plain)).toBe(false);
    expect(plain.readUInt32LE(64 + 24 + 64)).toBe(0);
    expect(plain.subarray(300).every((byte) => byte === 7)).toBe(true);
  });

  it('that is not there is nothing to cut off', () => {
    const program = makeProgram(Buffer.alloc(0));
    expect(withoutSignature(program)).toBe(program);
  });

  it('is not guessed at: what follows it would be lost', () => {
    const program = Buffer.concat([makeProgram(Buffer.alloc(96, 9)), Buffer.from('more')]);
    expect(() => withoutSignature(program)).toThrow('expected at the end of the program');
  });

  it.each([
    ['a script', Buffer.from('#!/bin/sh\n'.repeat(40))],
    ['a 32-bit program', withMagic(makeProgram(Buffer.alloc(0)), 0x10b)],
  ])('is not looked for in %s', (_what, bytes) => {
    expect(() => withoutSignature(bytes)).toThrow('expected a 64-bit Windows program');
  });
});

function withMagic(program: Buffer, magic: number): Buffer {
  program.writeUInt16LE(magic, 64 + 24);
  return program;
}

describe('the blob inside the program', () => {
  const sized = (text: string) => {
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(Buffer.byteLength(text)));
    return Buffer.concat([length, Buffer.from(text)]);
  };
  const count = (value: number) => sized('x'.repeat(value)).subarray(0, 8);
  const header = (flags: number) => Buffer.from([0x20, 0xda, 0x43, 0x01, flags, 0, 0, 0, 0]);

  it('is a script that warns of nothing', () => {
    expect(seaBlob({ name: 'a.cjs', code: Buffer.from('1') })).toEqual(
      Buffer.concat([header(1), sized('a.cjs'), sized('1')]),
    );
  });

  it('carries files by name in their order, and options of Node', () => {
    const assets = { b: Buffer.from('2'), a: Buffer.from('é') };
    const blob = seaBlob({ name: 'x', code: Buffer.from('1'), assets, execArguments: ['--use-system-ca'] });
    const files = [count(2), sized('a'), sized('é'), sized('b'), sized('2')];
    expect(blob).toEqual(
      Buffer.concat([header(1 | 8 | 16), sized('x'), sized('1'), ...files, count(1), sized('--use-system-ca')]),
    );
  });
});

/** As `npm pack` writes it. */
function makeTarball(files: Record<string, string>): Buffer {
  const blocks = Object.entries(files).flatMap(([name, content]) => {
    const header = Buffer.alloc(512);
    header.write(name, 0, 'latin1');
    header.write(content.length.toString(8).padStart(11, '0'), 124, 'latin1');
    return [header, Buffer.from(content), Buffer.alloc((512 - (content.length % 512)) % 512)];
  });
  return gzipSync(Buffer.concat([...blocks, Buffer.alloc(1024)]));
}

describe('a package of the registry', () => {
  const archive = makeTarball({ 'package/a.txt': 'a'.repeat(700), 'package/bin/b.exe': 'program' });

  it('gives the file that is asked for', () => {
    expect(fileInTarball(archive, 'package/bin/b.exe').toString()).toBe('program');
    expect(fileInTarball(archive, 'package/a.txt')).toHaveLength(700);
    expect(() => fileInTarball(archive, 'package/c')).toThrow('the archive has no package/c');
  });

  it('is used only when what was kept of it is what was pinned', () => {
    const cache = mkdtempSync(join(tmpdir(), 'carillon-cache-'));
    onTestFinished(() => rmSync(cache, { recursive: true }));
    const sha256 = createHash('sha256').update('program').digest('hex');
    const pin = { title: 'B', version: '1.0.0', package: '@some/b', integrity: 'x', file: 'package/bin/b.exe', sha256 };
    const file = join(cache, 'b-1.0.0', 'b.exe');
    mkdirSync(join(cache, 'b-1.0.0'));
    writeFileSync(file, 'program');
    expect(pinnedFileAt(cache, pin, () => undefined)).toBe(file);
    writeFileSync(file, 'another program');
    expect(() => pinnedFileAt(cache, pin, () => undefined)).toThrow(
      `expected SHA-256 ${sha256}, got ${createHash('sha256').update('another program').digest('hex')}; delete ${file}`,
    );
  });

  it('is pinned by version, package and content', () => {
    for (const { version, integrity, sha256 } of [windowsNode, koffi]) {
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
      expect(integrity).toMatch(/^sha512-[A-Za-z0-9+/]{86}==$/);
      expect(sha256).toMatch(/^[0-9a-f]{64}$/);
    }
  });
});
