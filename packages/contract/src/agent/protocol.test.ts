import { readFileSync } from 'node:fs';
import { makeKeyPair } from '@carillon/core/desired/signing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { catalog } from './catalog.js';
import { decodeMessage, encodeMessage } from './codec.js';
import { agentPath, agentSubprotocol } from './envelope.js';
import { agentEvent } from './event-messages.js';
import { decodeLogFrame, encodeLogFrame } from './log-frame.js';
import { rejectCodes } from './session-messages.js';

const stamp = { id: 'a1', atMs: Date.UTC(2026, 10, 23) };
const hash = 'a'.repeat(64);
const id = '01890000-0000-7000-8000-000000000001';
const protocol = readFileSync(new URL('../../PROTOCOL.md', import.meta.url), 'utf8');

describe('PROTOCOL.md', () => {
  it('names every message of the catalog, and the path', () => {
    for (const name of [...Object.keys(catalog), ...rejectCodes, agentPath, agentSubprotocol])
      expect(protocol).toContain(`\`${name}\``);
  });

  it('names no message that does not exist', () => {
    const dotted = [...protocol.matchAll(/`([a-z.]+)` \((?:A→S|S→A)\)/g)].map((match) => match[1] ?? '');
    expect(dotted.length).toBeGreaterThan(8);
    for (const name of dotted) expect(Object.keys(catalog)).toContain(name);
  });

  it('lets only hello and enroll come before authentication', () => {
    const open = Object.entries(catalog).filter(([, options]) => 'beforeAuthentication' in options);
    expect(open.map(([name]) => name).sort()).toEqual(['enroll', 'hello']);
  });
});

describe('a text frame', () => {
  it('reads back what was written', () => {
    const text = encodeMessage('desired.get', { rev: 3, haveManifests: [hash] }, { ...stamp, re: 'b2' });
    expect(decodeMessage(text, 'agent-to-server')).toEqual({
      kind: 'message',
      name: 'desired.get',
      id: 'a1',
      re: 'b2',
      atMs: stamp.atMs,
      body: { rev: 3, haveManifests: [hash] },
    });
  });

  it('ignores fields that a newer peer adds', () => {
    const text = JSON.stringify({
      v: 1,
      t: 'goaway',
      id: 'x',
      at: '2026-11-23T00:00:00.000Z',
      more: 1,
      body: { reason: 'drain', reconnectInMs: 5, soon: true },
    });
    expect(decodeMessage(text, 'server-to-agent')).toMatchObject({
      kind: 'message',
      body: { reason: 'drain', reconnectInMs: 5 },
    });
  });

  it('of an unknown type, or from the wrong side, is unsupported and not guessed', () => {
    const unknown = JSON.stringify({ v: 1, t: 'reboot', id: 'x', at: '2026-11-23T00:00:00.000Z', body: {} });
    expect(decodeMessage(unknown, 'server-to-agent')).toEqual({ kind: 'unsupported', id: 'x', name: 'reboot' });
    const wrongSide = encodeMessage('goaway', { reason: 'drain', reconnectInMs: 0 }, stamp);
    expect(decodeMessage(wrongSide, 'agent-to-server')).toMatchObject({ kind: 'unsupported', name: 'goaway' });
    expect(
      decodeMessage(
        JSON.stringify({ v: 1, t: 'toString', id: 'x', at: '2026-11-23T00:00:00.000Z', body: {} }),
        'agent-to-server',
      ),
    ).toMatchObject({ kind: 'unsupported' });
  });

  it.each([
    ['{', 'frame'],
    ['[]', 'frame'],
    [JSON.stringify({ v: 2, t: 'hello', id: 'x', at: '2026-11-23T00:00:00.000Z' }), 'frame.v'],
    [
      JSON.stringify({
        v: 1,
        t: 'desired.get',
        id: 'x',
        at: '2026-11-23T00:00:00.000Z',
        body: { rev: -1, haveManifests: [] },
      }),
      'desired.get.rev',
    ],
    [JSON.stringify({ v: 1, t: 'desired.get', id: 'x', at: 'yesterday', body: {} }), 'frame.at'],
  ])('%s is refused by naming %s', (text, field) => {
    const result = decodeMessage(text, 'agent-to-server');
    expect(result.kind).toBe('bad');
    expect(result.kind === 'bad' ? result.message : '').toContain(field);
  });

  it('never makes the reader throw', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => decodeMessage(text, 'agent-to-server').kind === 'bad'),
    );
  });
});

describe('an event', () => {
  const identity = {
    runId: id,
    jobId: id,
    version: 1,
    trigger: 'schedule',
    scheduledFor: null,
    startedAt: '2026-11-23T00:00:00.000Z',
    commandId: null,
  };
  const event = { seq: 1, eventId: id, at: '2026-11-23T00:00:00.000Z' };
  const stream = { bytes: 0, stored: 0, sha256: hash };
  const finished = {
    kind: 'run.finished',
    ...identity,
    finishedAt: event.at,
    durationMs: 1,
    state: 'failed',
    reason: null,
    output: { stdout: stream, stderr: stream, encoding: 'auto' },
  };

  it.each([
    [{ ...event, data: { kind: 'run.started', ...identity } }, true],
    [{ ...event, data: { ...finished, exitCode: 0xc000013a } }, true],
    [{ ...event, data: { ...finished, exitCode: -1 } }, false],
    [{ ...event, data: { ...finished, exitCode: 0, state: 'lucky' } }, false],
    [{ ...event, seq: 0, data: { kind: 'run.started', ...identity } }, false],
    [{ ...event, data: { kind: 'run.waiting', ...identity, reason: 'overlap', message: 'run x is under way' } }, true],
    [
      { ...event, data: { kind: 'run.skipped', ...identity, finishedAt: event.at, reason: 'overlap', message: '' } },
      true,
    ],
    [{ ...event, data: { kind: 'run.skipped', ...identity, reason: 'overlap', message: '' } }, false],
    [{ ...event, data: { kind: 'run.paused', ...identity } }, false],
  ])('%#: accepted %s', (raw, accepted) => {
    expect(agentEvent.safeParse(raw).success).toBe(accepted);
  });

  it('has keys and signatures of the real length', () => {
    expect(makeKeyPair().publicKey).toMatch(/^[A-Za-z0-9_-]{43}$/);
  });
});

describe('a log frame', () => {
  const number = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER });
  const chunk = fc.record({
    runId: fc.uuid(),
    stream: fc.constantFrom('stdout' as const, 'stderr' as const),
    offset: number,
    atMs: number,
    droppedBefore: number,
    codec: fc.constantFrom('none' as const, 'gzip' as const),
    length: fc.integer({ min: 0, max: 32_768 }),
    data: fc.uint8Array({ maxLength: 200 }),
  });

  it('reads back what was written', () => {
    fc.assert(
      fc.property(chunk, (value) => {
        const result = decodeLogFrame(encodeLogFrame(value));
        expect(result.ok && { ...result.chunk, data: new Uint8Array(result.chunk.data) }).toEqual(value);
      }),
    );
  });

  it('never makes the reader throw', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => typeof decodeLogFrame(bytes).ok === 'boolean'));
    expect(decodeLogFrame(new Uint8Array(10))).toMatchObject({ ok: false });
  });
});
