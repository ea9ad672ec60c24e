import { limits } from '@carillon/contract/limits';
import { describe, expect, it } from 'vitest';
import { type Caller, Doorkeeper } from './doorkeeper.js';

const nowMs = Date.now();
const config = {
  trustProxy: [],
  handshakesPerSecond: limits.handshakesPerSecond,
  unknownSocketsPerAddress: limits.unauthenticatedSocketsPerAddress,
};
const caller = (changes: Partial<Caller['headers']> = {}, peer = '10.0.0.1'): Caller => ({
  path: '/agent/v1/ws',
  peer,
  headers: { 'sec-websocket-protocol': 'carillon.agent.v1', ...changes },
});

describe('the doorkeeper', () => {
  it('admits a bounded rate and says when to come back', () => {
    const door = new Doorkeeper(config);
    for (let count = 0; count < limits.handshakesPerSecond; count += 1) {
      expect(door.admit(caller({}, `10.0.1.${count % 250}`), nowMs).kind).toBe('admitted');
    }
    const refused = door.admit(caller(), nowMs);
    expect(refused).toMatchObject({ kind: 'refused', status: 503, code: 'too_many_handshakes' });
    expect(refused.kind === 'refused' && refused.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    expect(door.admit(caller(), nowMs + 1_000).kind).toBe('admitted');
  });

  it('lets a whole fleet that comes at once in at nearly its rate', () => {
    const door = new Doorkeeper(config);
    const hosts = 5_000;
    // After a restart of the server agents try again within two seconds, and then when they are told to.
    const waiting = Array.from({ length: hosts }, (_, index) => nowMs + (index * 2_000) / hosts).reverse();
    let attempts = 0;
    let lastMs = nowMs;
    for (let atMs = waiting.pop(); atMs !== undefined; atMs = waiting.pop()) {
      attempts += 1;
      const admission = door.admit(caller({}, '10.0.0.2'), atMs);
      if (admission.kind === 'refused') {
        const againMs = atMs + (admission.retryAfterSeconds ?? 0) * 1_000;
        const place = waiting.findLastIndex((other) => other >= againMs);
        waiting.splice(place + 1, 0, againMs);
      } else {
        door.known(admission.address);
        lastMs = atMs;
      }
    }
    expect((lastMs - nowMs) / 1_000).toBeLessThan((hosts / limits.handshakesPerSecond) * 1.2);
    expect(attempts / hosts).toBeLessThan(2.5);
  });

  it('lets as many of one address wait as it is configured for', () => {
    const door = new Doorkeeper({ ...config, unknownSocketsPerAddress: 2 });
    const kinds = Array.from({ length: 3 }, () => door.admit(caller(), nowMs));
    expect(kinds.map(({ kind }) => kind)).toEqual(['admitted', 'admitted', 'refused']);
    expect(kinds[2]).toMatchObject({ status: 429, message: expect.stringContaining('at most 2 sockets') });
  });

  it('sends everybody away once it is closed', () => {
    const door = new Doorkeeper(config);
    door.close();
    expect(door.admit(caller(), nowMs)).toMatchObject({ status: 503, code: 'draining' });
  });

  it('believes a proxy of ours about its clients, and nobody else', () => {
    const door = new Doorkeeper({ ...config, trustProxy: ['10.9.0.0/16'] });
    const forwarded = { 'x-forwarded-for': '6.6.6.6, 192.0.2.7' };
    expect(door.admit(caller(forwarded, '10.9.0.4'), nowMs)).toEqual({ kind: 'admitted', address: '192.0.2.7' });
    expect(door.admit(caller(forwarded, '203.0.113.9'), nowMs)).toEqual({ kind: 'admitted', address: '203.0.113.9' });
    expect(door.unauthenticated).toBe(2);
    door.known('192.0.2.7');
    expect(door.unauthenticated).toBe(1);
  });

  it.each([
    [{ origin: '' }, 403],
    [{ cookie: 'x=y' }, 403],
    [{ 'sec-websocket-protocol': undefined }, 400],
  ])('%o is refused', (headers, status) => {
    expect(new Doorkeeper(config).admit(caller(headers), nowMs)).toMatchObject({ status });
  });
});
