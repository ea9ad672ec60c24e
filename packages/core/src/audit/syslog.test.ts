import { describe, expect, it } from 'vitest';
import { canonicalJson, sha256Hex } from '../desired/canonical-json.js';
import { type AuditFacts, chainStart, nextLink } from './chain.js';
import { auditSyslog, formatSyslog, octetCounted, syslogBytes } from './syslog.js';

const at = '2003-10-11T22:14:15.003Z';
const facts: AuditFacts = {
  ...{ actor: 'ann', account: null, via: 'session', token: null, from: '10.0.0.1', route: 'hosts.setLabels' },
  ...{ kind: 'Host', act: 'labelled', what: 'WIN-01', text: null, before: null, after: { env: 'Köln' }, given: null },
  ref: null,
};
const row = (changes: Partial<AuditFacts> = {}) => {
  const link = nextLink(chainStart.head, Date.parse(at), { ...facts, ...changes });
  return { ...link, at };
};
const origin = { host: 'carillon.example', version: '1.2.3', mostBytes: syslogBytes.stream };
const textOf = (message: string) => message.slice(message.indexOf('"] {') + 3);

describe('syslog', () => {
  it.each([
    [
      'with no structured data',
      { facility: 4, severity: 2, app: 'su', data: [], text: "\ufeff'su root' failed for lonvick on /dev/pts/8" },
      `<34>1 ${at} mymachine.example.com su - ID47 - \ufeff'su root' failed for lonvick on /dev/pts/8`,
    ],
    [
      'with structured data',
      {
        ...{ facility: 20, severity: 5, app: 'evntslog', text: '\ufeffAn application event log entry...' },
        data: [['exampleSDID@32473', { iut: '3', eventSource: 'Application', eventID: '1011' }]] as const,
      },
      `<165>1 ${at} mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"] \ufeffAn application event log entry...`,
    ],
    [
      'with structured data only',
      {
        ...{ facility: 20, severity: 5, app: 'evntslog', text: '' },
        data: [
          ['exampleSDID@32473', { iut: '3', eventSource: 'Application', eventID: '1011' }],
          ['examplePriority@32473', { class: 'high' }],
        ] as const,
      },
      `<165>1 ${at} mymachine.example.com evntslog - ID47 [exampleSDID@32473 iut="3" eventSource="Application" eventID="1011"][examplePriority@32473 class="high"]`,
    ],
  ])('is written as the examples of RFC 5424, 6.5: %s', (_name, message, expected) => {
    expect(formatSyslog({ at, host: 'mymachine.example.com', messageId: 'ID47', ...message })).toBe(expected);
  });

  it('escapes what would end a parameter, and no field breaks the header', () => {
    const data = [['x@32473', { a: 'b"]\\c\nd' }]] as const;
    const message = { facility: 13, severity: 6, at, app: 'a b\n', messageId: '', data, text: '' };
    expect(formatSyslog({ ...message, host: 'höst' })).toBe(`<110>1 ${at} hst ab - - [x@32473 a="b\\"\\]\\\\c d"]`);
  });

  it('counts octets, not letters', () => {
    expect(octetCounted('aö')).toBe('3 aö');
  });
});

describe('a row of the audit', () => {
  it('says in its parameters who did what, and in its text all that was hashed', () => {
    const link = row();
    const message = auditSyslog(link, origin);
    expect(message).toContain(
      `<110>1 ${at} carillon.example carillon - Host.labelled [carillon@32473 seq="1" hash="${link.hash}" actor="ann" via="session" from="10.0.0.1" kind="Host" act="labelled" what="WIN-01"][origin software="Carillon" swVersion="1.2.3"] {`,
    );
    expect(message).toMatch(/^[\x20-\x7e]+$/);
    expect(sha256Hex(canonicalJson(JSON.parse(textOf(message))))).toBe(link.hash);
  });

  it.each([
    [{ act: 'refused' }, 108],
    [{ kind: 'Upgrade', act: 'halted' }, 108],
    [{ kind: 'Account', act: 'created' }, 109],
    [{ act: 'deleted' }, 109],
    [{}, 110],
  ])('has its severity by what was done: %j is %s', (changes, priority) => {
    expect(auditSyslog(row(changes), origin)).toMatch(new RegExp(`^<${priority}>1 `));
  });

  it('that is too long carries digests, or no text, and still says who did what', () => {
    const long = row({ after: { text: 'ö'.repeat(3_000) }, text: 'x'.repeat(2_000) });
    const short = auditSyslog(long, { ...origin, mostBytes: syslogBytes.datagram });
    expect(Buffer.byteLength(short)).toBeLessThanOrEqual(syslogBytes.datagram);
    expect(JSON.parse(textOf(short))).toMatchObject({ after: { bytes: expect.any(Number) }, actor: 'ann' });
    const none = auditSyslog(long, { ...origin, mostBytes: 600 });
    expect(none).toContain('actor="ann"');
    expect(none).toMatch(/"]$/);
  });

  it.each(['no JSON', '{}', 'null'])('that cannot be read is told too: %s', (body) => {
    expect(auditSyslog({ seq: 7, at, hash: null, body }, origin)).toContain('Audit.unreadable [carillon@32473 seq="7"');
  });
});
