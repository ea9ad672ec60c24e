import { expect, it } from 'vitest';
import { messageOf } from '../deliver/message.js';
import { fillTemplate } from '../deliver/template.js';
import { someContent } from '../deliver/testing/content.js';
import type { RoutePlan } from '../route/choose-route.js';
import { noticeContent } from './notice-of.js';
import { noSpread, type OpenIncident, openIncident } from './open-incident.js';
import type { TellingAlert } from './resolution.js';

const start = Date.parse('2026-11-27T02:00:00Z');
const minute = 60_000;
const about = { subject: null, reason: { code: 'failed', text: 'Backup fails' } };
const group = { key: 'k', title: 'Backup fails', about, policy: 'p', jobId: null, hostId: null };
const incident = (total: number, lastedMs: number): OpenIncident => {
  const open = openIncident(
    { id: 'i', number: 7 },
    group,
    { steps: [] } as unknown as RoutePlan,
    { severity: 'low', labels: {} },
    start,
  );
  return { ...open, state: 'resolved', resolvedMs: start + lastedMs, spread: { ...noSpread, total } };
};
const at = '2026-11-27T03:15:00.000Z';
const good: TellingAlert = {
  reason: { code: 'x_over', text: `the run of ${at} ended as succeeded`, figures: { goods: 1, runId: 'r', at } },
  facts: { hostName: 'DB-01', jobName: 'Backup', outcome: 'succeeded', exitCode: 0 } as TellingAlert['facts'],
  runId: 'r',
};
const resolved = { reason: 'resolved', step: 0, targets: [], text: 'all its alerts have recovered' } as const;
const say = (content: ReturnType<typeof noticeContent>, language: 'en' | 'zh') =>
  messageOf(content, { language, templates: { subject: null, text: null } });
const linkTo = (path: string) => path;

it('an end says what resolved it, where, how many alerts recovered and how long it lasted', () => {
  const content = noticeContent(incident(3, 75 * minute + 20_000), resolved, good, linkTo);
  const en = say(content, 'en');
  expect(en.text).toBe(`DB-01: the run of ${at} ended as succeeded; all its 3 alerts have recovered; it lasted 1h15m`);
  expect(en.facts).toContainEqual({ name: 'Resolved', value: '2026-11-27T03:15:20.000Z' });
  expect(en.facts).toContainEqual({ name: 'Lasted', value: '1h15m' });
  const zh = say(content, 'zh');
  expect(zh.text).toBe(`DB-01 上${at} 的运行已成功,全部 3 条告警均已恢复,持续 1 小时 15 分`);
  expect(zh.facts).toContainEqual({ name: '持续时间', value: '1 小时 15 分' });
  expect(fillTemplate('{{resolution.at}} {{resolution.evidence}}', content)).toBe(
    `2026-11-27T03:15:20.000Z ${good.reason.text}`,
  );
});

it('an end names the runs that showed it, the first few of many, with links for machines', () => {
  const run = (index: number, job = 'Backup') => ({
    id: `r${index}`,
    job,
    host: `DB-0${index}`,
    at,
    outcome: 'succeeded',
  });
  const recoveries = { runs: [run(1), run(2, 'Other'), run(3), run(4)], total: 9 };
  const content = noticeContent(incident(9, minute), resolved, good, linkTo, { recoveries });
  const value = `DB-01 ${at} succeeded; DB-02 Other ${at} succeeded; DB-03 ${at} succeeded; and 6 more`;
  expect(say(content, 'en').facts).toContainEqual({ name: 'Recovered by', value });
  expect(say(content, 'zh').facts).toContainEqual({
    name: '恢复依据',
    value: value.replace('and 6 more', '另有 6 次'),
  });
  expect(content.resolution?.runs?.[1]).toEqual({ ...run(2, 'Other'), url: '/runs/r2' });
  const byHand = noticeContent(incident(9, minute), { ...resolved, by: 'Ann' }, good, linkTo, { recoveries });
  expect(byHand.resolution).toMatchObject({ runs: [], moreRuns: 0 });
  expect(say(byHand, 'en').facts.map(({ name }) => name)).not.toContain('Recovered by');
});

it('evidence that is no run is said as it is, and does not name its host twice', () => {
  const back = { ...good, reason: { code: 'host_offline_over', text: 'DB-01 is back' } };
  const content = noticeContent(incident(1, 42_400), resolved, back, linkTo);
  expect(content.text).toBe('DB-01 is back; its alert has recovered; it lasted 42s');
  expect(say(content, 'zh').text).toBe('DB-01 is back,全部 1 条告警均已恢复,持续 42 秒');
});

it('a person who ended it is named, and no evidence is claimed', () => {
  const content = noticeContent(
    incident(2, 600 * minute),
    { ...resolved, text: 'Ann resolved it: known', by: 'Ann' },
    good,
    linkTo,
  );
  expect(content.text).toBe('Ann resolved it: known; it lasted 10h');
  expect(content.resolution).toMatchObject({ by: 'Ann', evidence: null, goodRuns: null, host: null });
  expect(say(content, 'zh').text).toBe('由 Ann 手动结束,持续 10 小时');
});

it('one that was opened again lasted since then, and older notices without it read as before', () => {
  const again = incident(1, 90 * minute);
  const content = noticeContent(
    { ...again, data: { ...again.data, reopened: [start + 80 * minute] } },
    resolved,
    null,
    linkTo,
  );
  expect(content.text).toBe('all its alerts have recovered; its alert has recovered; it lasted 10m');
  expect(say(someContent({ reason: 'resolved', text: 'old words' }), 'zh').text).toBe('old words');
});
