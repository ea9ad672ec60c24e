import { describe, expect, it } from 'vitest';
import { faultText } from './fault-text.js';

describe('what a refused request says', () => {
  it.each([
    [
      'ServiceNow',
      '{"error":{"message":"Operation Failed","detail":"ACL Exception"},"status":"failure"}',
      'Operation Failed; ACL Exception',
    ],
    [
      'Jira',
      '{"errorMessages":["Field is gone"],"errors":{"priority":"is required"}}',
      'priority: is required; Field is gone',
    ],
    ['Slack', '{"ok":false,"error":"channel_not_found"}', 'channel_not_found'],
    ['DingTalk', '{"errcode":310000,"errmsg":"sign not match"}', 'sign not match'],
    [
      'PagerDuty',
      '{"status":"invalid event","message":"Event object is invalid","errors":["\'payload\' is missing"]}',
      "Event object is invalid; 'payload' is missing",
    ],
    ['OAuth', '{"error":"invalid_client","error_description":"unknown client"}', 'unknown client; invalid_client'],
    [
      'a proxy',
      '<!DOCTYPE html><html><head><title>502 Bad Gateway</title></head><body>nginx</body></html>',
      '502 Bad Gateway',
    ],
    [
      'a page without a title',
      '<html><style>p { color: red }</style><p>No\n such <b>host</b></p></html>',
      'No such host',
    ],
    ['words', 'no such\r\n  service', 'no such service'],
    ['JSON that was cut off', '{"error":{"message":"Oper', '{"error":{"message":"Oper'],
    ['JSON that says nothing', '{"status":500}', '{"status":500}'],
    ['nothing', '', ''],
  ])('%s', (_, body, words) => {
    expect(faultText(body)).toBe(words);
  });

  it('is cut where it is long', () => {
    expect(faultText(JSON.stringify({ message: 'x'.repeat(1_000) }))).toMatch(/^x{299}…$/);
  });

  it.each([
    ['lists', '[', ']'],
    ['objects', '{"error":', '}'],
  ])('is not broken by %s in each other', (_, open, close) => {
    const body = `${open.repeat(20_000)}"no"${close.repeat(20_000)}`;
    expect(faultText(body)).toHaveLength(300);
  });

  it('says each thing once, and not a thousand things', () => {
    expect(faultText('{"message":"no","errors":["no","no"]}')).toBe('no');
    const errors = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`f${index}`, 'bad']));
    expect(faultText(JSON.stringify({ errors })).split('; ')).toHaveLength(5);
  });
});
