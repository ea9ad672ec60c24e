import { describe, expect, it } from 'vitest';
import { readConfig } from './config.js';

const oidc = { CARILLON_OIDC_ISSUER: 'https://id.example', CARILLON_OIDC_CLIENT_ID: 'carillon' };
const hook = { CARILLON_AUDIT_WEBHOOK: 'https://siem.example/rows' };
const archive = {
  CARILLON_ARCHIVE_ENDPOINT: 'https://s3.example/',
  CARILLON_ARCHIVE_BUCKET: 'runs',
  CARILLON_ARCHIVE_ACCESS_KEY: 'AK',
  CARILLON_ARCHIVE_SECRET_KEY: 'secret-key',
};
const least = { DATABASE_URL: 'postgresql://u:secret@db/carillon' };

describe('configuration', () => {
  it('listens on loopback and needs nothing but a database', () => {
    expect(readConfig(least)).toMatchObject({
      listenHost: '127.0.0.1',
      listenPort: 7070,
      redisUrl: undefined,
      publicOrigins: ['http://127.0.0.1:7070', 'http://localhost:7070'],
      databasePool: 10,
      statementTimeoutMs: 60_000,
      pollMs: 5_000,
      selfWatchMs: 300_000,
      drainMs: 0,
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
    [{ CARILLON_DATABASE_POOL: '3' }, 'CARILLON_DATABASE_POOL: expected a whole number from 4 to 100, got "3"'],
    [{ CARILLON_STATEMENT_TIMEOUT_MS: '10' }, 'CARILLON_STATEMENT_TIMEOUT_MS: expected whole milliseconds from 1000'],
    [{ CARILLON_POLL_MS: '5s' }, 'CARILLON_POLL_MS: expected whole milliseconds from 10 to 600000, got "5s"'],
    [{ CARILLON_DRAIN_MS: '-1' }, 'CARILLON_DRAIN_MS: expected whole milliseconds from 0 to 600000, got "-1"'],
    [{ CARILLON_PUBLIC_URL: 'carillon.example' }, 'CARILLON_PUBLIC_URL: expected an origin'],
    [
      { CARILLON_HANDSHAKES_PER_SECOND: '0' },
      'CARILLON_HANDSHAKES_PER_SECOND: expected a whole number from 1, got "0"',
    ],
    [
      { CARILLON_OIDC_CLIENT_ID: 'x' },
      'CARILLON_OIDC_ISSUER: expected an issuer, since CARILLON_OIDC_CLIENT_ID is set',
    ],
    [{ CARILLON_OIDC_ISSUER: 'https://id.example' }, 'CARILLON_OIDC_CLIENT_ID: expected the id of a client'],
    [{ ...oidc, CARILLON_OIDC_ISSUER: 'http://id.example' }, 'CARILLON_OIDC_ISSUER: expected https://'],
    [{ ...oidc, CARILLON_OIDC_SCOPE: 'profile' }, 'CARILLON_OIDC_SCOPE: expected scopes with openid'],
    [{ ...oidc, CARILLON_OIDC_SIGN_OUT: 'never' }, 'CARILLON_OIDC_SIGN_OUT: expected provider, back, local'],
    [{ ...oidc, CARILLON_OIDC_GROUPS: 'ops=viewer@all' }, 'CARILLON_OIDC_GROUPS: expected JSON such as'],
    [{ ...oidc, CARILLON_OIDC_GROUPS: '{"ops":["boss@all"]}' }, 'got "boss@all"'],
    [
      { DATABASE_URL_OWNER: 'postgresql://u:other@db/carillon' },
      'DATABASE_URL_OWNER: expected the database of DATABASE_URL with',
    ],
    [{ DATABASE_URL_OWNER: 'postgresql://o:secret@db/other' }, 'with another user, got "(hidden)"'],
    [{ CARILLON_AUDIT_SYSLOG: 'siem:6514' }, 'CARILLON_AUDIT_SYSLOG: expected tls://HOST:PORT'],
    [{ CARILLON_AUDIT_SYSLOG: 'tls://siem:0' }, 'CARILLON_AUDIT_SYSLOG: expected tls://HOST:PORT'],
    [
      { CARILLON_AUDIT_SYSLOG: 'tls://siem', CARILLON_AUDIT_SYSLOG_CA: 'x' },
      'CARILLON_AUDIT_SYSLOG_CA: expected certificates',
    ],
    [
      { CARILLON_AUDIT_WEBHOOK: 'http://siem/x' },
      'CARILLON_AUDIT_WEBHOOK: expected https:// (http:// on this machine only)',
    ],
    [{ CARILLON_AUDIT_WEBHOOK: 'https://siem/secret' }, 'CARILLON_AUDIT_WEBHOOK_SECRET: expected whsec_'],
    [{ ...hook, CARILLON_AUDIT_WEBHOOK_SECRET: 'whsec_c2hvcnQ=' }, 'got "(hidden)"'],
    [{ CARILLON_ARCHIVE_BUCKET: 'runs' }, 'CARILLON_ARCHIVE_ENDPOINT: expected the address of an S3 store, since'],
    [{ ...archive, CARILLON_ARCHIVE_ENDPOINT: 'http://minio:9000' }, 'CARILLON_ARCHIVE_ENDPOINT: expected https://'],
    [{ ...archive, CARILLON_ARCHIVE_ENDPOINT: 'https://u:secret@s3.example' }, 'got "(hidden)"'],
    [{ ...archive, CARILLON_ARCHIVE_BUCKET: '../x' }, 'CARILLON_ARCHIVE_BUCKET: expected the name of a bucket'],
    [{ ...archive, CARILLON_ARCHIVE_PREFIX: '../' }, 'CARILLON_ARCHIVE_PREFIX: expected folders'],
    [{ ...archive, CARILLON_ARCHIVE_SECRET_KEY: '' }, 'CARILLON_ARCHIVE_SECRET_KEY: expected a key of the store'],
    [{ ...archive, CARILLON_ARCHIVE_AFTER_DAYS: '0' }, 'CARILLON_ARCHIVE_AFTER_DAYS: expected a whole number from 1'],
    [{ DATABASE_URL: '', DATABASE_URL_FILE: '/nowhere' }, 'DATABASE_URL_FILE: expected a readable file'],
  ])('refuses %j by naming the variable and what was expected', (env, message) => {
    expect(() => readConfig({ ...least, ...env })).toThrow(message);
    expect(() => readConfig({ ...least, ...env })).not.toThrow('secret');
  });

  it('knows where the audit is sent', () => {
    expect(readConfig(least).audit).toEqual({});
    const webhookSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const both = { ...hook, CARILLON_AUDIT_SYSLOG: 'tls://siem', CARILLON_AUDIT_WEBHOOK_SECRET: webhookSecret };
    expect(readConfig({ ...least, ...both }).audit).toEqual({
      syslog: { protocol: 'tls', host: 'siem', port: 6514 },
      webhook: { url: 'https://siem.example/rows', secrets: [webhookSecret] },
    });
    expect(readConfig({ ...least, CARILLON_AUDIT_SYSLOG: 'udp://[::1]' }).audit?.syslog).toEqual({
      ...{ protocol: 'udp', host: '::1', port: 514 },
    });
  });

  it('archives nothing unless it is told where', () => {
    expect(readConfig(least).archive).toBeUndefined();
    expect(readConfig({ ...least, ...archive }).archive).toEqual({
      ...{ endpoint: 'https://s3.example', bucket: 'runs', region: 'us-east-1', prefix: 'carillon/', afterDays: 7 },
      ...{ accessKeyId: 'AK', secretAccessKey: 'secret-key' },
    });
    const inside = { CARILLON_ARCHIVE_ENDPOINT: 'http://minio:9000/s3', CARILLON_ARCHIVE_ALLOW_HTTP: '1' };
    expect(readConfig({ ...least, ...archive, ...inside }).archive).toMatchObject({ endpoint: 'http://minio:9000/s3' });
  });

  it('knows an identity provider by its issuer and our client', () => {
    expect(readConfig(least).oidc).toBeUndefined();
    expect(readConfig({ ...least, ...oidc }).oidc).toEqual({
      ...{ issuer: 'https://id.example', clientId: 'carillon', clientSecret: undefined, name: 'id.example' },
      ...{ scope: 'openid profile email', nameClaim: 'preferred_username', groupsClaim: 'groups', groups: [] },
      signOut: 'provider',
    });
    const more = {
      ...{
        CARILLON_OIDC_ISSUER: 'http://127.0.0.1:9000',
        CARILLON_OIDC_CLIENT_SECRET: 's',
        CARILLON_OIDC_NAME: 'Corp',
      },
      CARILLON_OIDC_GROUPS: '{"CN=Ops,DC=corp":["viewer@all"]}',
    };
    expect(readConfig({ ...least, ...oidc, ...more }).oidc).toMatchObject({
      ...{ issuer: 'http://127.0.0.1:9000', clientSecret: 's', name: 'Corp' },
      groups: [{ name: 'CN=Ops,DC=corp', grants: [{ role: 'viewer', scope: { all: true } }] }],
    });
  });
});
