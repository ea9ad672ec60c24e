import { describe, expect, it } from 'vitest';
import { readConfig } from './config.js';

const least = { DATABASE_URL: 'postgresql://u:secret@db/carillon' };

describe('configuration', () => {
  it('listens on loopback and needs nothing but a database', () => {
    expect(readConfig(least)).toMatchObject({
      listenHost: '127.0.0.1',
      listenPort: 7070,
      redisUrl: undefined,
      publicOrigins: ['http://127.0.0.1:7070', 'http://localhost:7070'],
      pollMs: 5_000,
    });
  });

  it('puts the public origins first, without their paths', () => {
    const config = readConfig({ ...least, CARILLON_PUBLIC_URL: 'https://a.example/path, https://b.example:8443' });
    expect(config.publicOrigins.slice(0, 2)).toEqual(['https://a.example', 'https://b.example:8443']);
  });

  it.each([
    [{ DATABASE_URL: '' }, 'DATABASE_URL: expected a URL that begins with postgresql:// or postgres://, got nothing'],
    [{ DATABASE_URL: 'mysql://u:secret@db/x' }, 'got "(hidden)"'],
    [{ REDIS_URL: 'http://x' }, 'REDIS_URL: expected a URL that begins with redis:// or rediss://'],
    [{ CARILLON_PORT: '99999' }, 'CARILLON_PORT: expected a port from 0 to 65535, got "99999"'],
    [{ CARILLON_PUBLIC_URL: 'carillon.example' }, 'CARILLON_PUBLIC_URL: expected an origin'],
    [{ DATABASE_URL: '', DATABASE_URL_FILE: '/nowhere' }, 'DATABASE_URL_FILE: expected a readable file'],
  ])('refuses %j by naming the variable and what was expected', (env, message) => {
    expect(() => readConfig({ ...least, ...env })).toThrow(message);
    expect(() => readConfig({ ...least, ...env })).not.toThrow('secret');
  });
});
