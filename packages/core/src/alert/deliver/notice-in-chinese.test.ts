import { describe, expect, it } from 'vitest';
import { figuresOf } from '../../text/sentences.js';
import { readTelling, tellingTexts } from '../../text/telling-texts.js';
import { reasonInChinese } from '../../text/zh/reason-in-chinese.js';
import { alertReasonFigures } from '../alert-reasons.js';
import type { NoticeContent } from '../notice.js';
import { digestOf } from './digest.js';
import { messageOf } from './message.js';
import { durationInChinese } from './words.js';

const reason = { code: 'consecutive_failures', text: '3 runs failed in a row', figures: { failures: 3 } };
const about = { subject: 'nightly', reason };
const english = 'nobody has acknowledged: step 2 of 3; 3 runs failed in a row; on 4 of 9 hosts';
const content: NoticeContent = {
  reason: 'escalated',
  incident: {
    ...{ id: 'i', number: 7, key: 'k', title: 'nightly: 3 runs failed in a row', state: 'firing', severity: 'high' },
    ...{ policy: 'p', openedAt: '2026-11-28T08:00:00.000Z', acknowledgedBy: null, assignee: null },
  },
  text: english,
  says: { about, telling: 'nobody has acknowledged: step 2 of 3', why: reason },
  ...{ job: 'nightly', host: null, run: null, labels: {}, runbook: null },
  spread: { firing: 4, total: 4, hosts: 4, hostsOfJob: 9, examples: ['A', 'B'] } as never,
  links: { incident: null, acknowledge: null, run: null },
};
const noTemplates = { subject: null, text: null };
const said = (given: NoticeContent, templates: { subject: string | null; text: string | null } = noTemplates) => {
  const { subject, text, facts } = messageOf(given, { language: 'zh', templates });
  return { subject, text, names: facts.map(({ name }) => name) };
};

describe('a notice of a channel that is Chinese', () => {
  it('says what it is about and why, and is as before in English', () => {
    expect(said(content)).toMatchObject({
      subject: '[高] #7 已升级: nightly：连续 3 次运行失败',
      text: '尚无人确认：第 2 步，共 3 步；连续 3 次运行失败；影响 4 台主机，作业共在 9 台上',
    });
    expect(messageOf(content, { language: 'en', templates: noTemplates })).toMatchObject({
      subject: '[HIGH] #7 escalated: nightly: 3 runs failed in a row',
      text: english,
    });
  });

  it('fills its templates with the same', () => {
    const templates = { subject: '{{incident.title}}', text: '{{text}}' };
    expect(said(content, templates).subject).toBe('nightly：连续 3 次运行失败');
    expect(said({ ...content, says: { about, telling: null, why: null }, spread: null }, templates).text).toBe(
      'nightly：连续 3 次运行失败',
    );
  });

  it('of before stands in English, and so does what has no words', () => {
    const { says: _, ...old } = content;
    expect(said(old)).toMatchObject({ subject: '[高] #7 已升级: nightly: 3 runs failed in a row', text: english });
    const newer = { code: 'of_a_newer_server', text: 'the moon is full' };
    const unknown = { ...content, says: { about: { subject: null, reason: newer }, telling: null, why: newer } };
    expect(said({ ...unknown, spread: null })).toMatchObject({ text: 'the moon is full' });
  });

  it('that stands for many names each of them', () => {
    const other = { ...content, says: undefined, incident: null, text: 'of before' } as unknown as NoticeContent;
    const { text, names } = said(digestOf([content, content, other]));
    expect(text).toBe('2 个事件的 3 条通知，最高级别为高');
    expect(names).toEqual(['#7 nightly：连续 3 次运行失败', 'of before']);
  });

  it('has words for each reason, and for all that is told beside', () => {
    const given = { drift: 'edited' };
    const lacking = Object.entries(alertReasonFigures).filter(([code, figures]) => {
      const known = Object.fromEntries(
        figures.map((name) => [name, given[name as keyof typeof given] ?? (/Ms$|s$|^exitCode$/.test(name) ? 7 : 'x')]),
      );
      return !/\p{Script=Han}/u.test(reasonInChinese({ code, figures: known }, durationInChinese) ?? '');
    });
    expect(lacking.map(([code]) => code)).toEqual([]);
    const unread = Object.entries(tellingTexts).filter(([code, form]) => {
      const text = figuresOf(form).reduce((all, name) => all.replace(`{{${name}}}`, `<${name}>`), form as string);
      return readTelling(text)?.code !== code;
    });
    expect(unread).toEqual([]);
  });
});
