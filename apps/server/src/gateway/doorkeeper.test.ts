import { limits } from '@carillon/contract/limits';
import { describe, expect, it } from 'vitest';
import { type Caller, Doorkeeper } from './doorkeeper.js';

const nowMs = Date.now();
const caller = (changes: Partial<Caller['headers']> = {}, peer = '10.0.0.1'): Caller => ({
  path: '/agent/v1/ws',
  peer,
  headers: { 'sec-websocket-protocol': 'carillon.agent.v1', ...changes },
});

describe('the doorkeeper', () => {
  it('admits a bounded rate and says when to come back', () => {
    const door = new Doorkeeper({ trustProxy: [] });
    for (let count = 0; count < limits.handshakesPerSecond; count += 1) {
      expect(door.admit(caller({}, `10.0.1.${count % 250}`), nowMs).kind).toBe('admitted');
    }
    const refused = door.admit(caller(), nowMs);
    expect(refused).toMatchObject({ kind: 'refused', status: 503, code: 'too_many_handshakes' });
    expect(refused.kind === 'refused' && refused.retryAfterSeconds).toBeGreaterThanOrEqual(1);
    expect(door.admit(caller(), nowMs + 1_000).kind).toBe('admitted');
  });

  it('sends everybody away once it is closed', () => {
    const door = new Doorkeeper({ trustProxy: [] });
    door.close();
    expect(door.admit(caller(), nowMs)).toMatchObject({ status: 503, code: 'draining' });
  });

  it('believes a proxy of ours about its clients, and nobody else', () => {
    const door = new Doorkeeper({ trustProxy: ['10.9.0.0/16'] });
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
    expect(new Doorkeeper({ trustProxy: [] }).admit(caller(headers), nowMs)).toMatchObject({ status });
  });
});
