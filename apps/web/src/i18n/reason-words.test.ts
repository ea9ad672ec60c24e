import { describe, expect, it } from 'vitest';
import { say } from './server-text.js';
import { reasonIn } from './zh/said.js';
import * as late from './zh/sentences/late.js';
import * as serverWords from './zh/server-words.js';

const words = { ...serverWords, late };

describe('a reason', () => {
  const text = 'whatever';
  it('says its figures', () => {
    const figures = { failures: 3, limit: 2 };
    expect(reasonIn(words, { code: 'consecutive_failures', text, figures })).toBe('连续 3 次运行失败');
    expect(reasonIn(words, { code: 'no_success', text, figures: { silentMs: 7_200_000, limitMs: 60_000 } })).toBe(
      '已有 2h 00m 没有成功运行，上限为 1m 00s',
    );
    expect(reasonIn(words, { code: 'rejected', text, figures: { why: 'policy_run_as' } })).toBe(
      '主机拒绝了作业定义：主机策略不允许使用该账户运行',
    );
    expect(reasonIn(words, { code: 'secret_expires', text, figures: { part: 'expiry:db' } })).toBe(
      'db 即将到期或已到期',
    );
  });

  it('tells an end, whatever it was about', () => {
    const figures = { goods: 2, runId: 'x', at: '2026-11-24T07:37:51.441Z' };
    expect(reasonIn(words, { code: 'exit_code_over', text, figures })).toBe(
      '连续 2 次运行正常，最近一次为 2026-11-24 07:37:51 UTC',
    );
    expect(reasonIn(words, { code: 'host_online_over', text, figures: {} })).toBe('已恢复');
    expect(reasonIn(words, { code: 'recovered', text })).toBe('已恢复');
  });

  it('says less where a figure is missing, and nothing where one is needed', () => {
    const figures = { tookMs: 90_000, limitMs: 60_000 };
    expect(reasonIn(words, { code: 'longer_than', text, figures })).toBe('已运行或用时 1m 30s，上限为 1m 00s');
    expect(reasonIn(words, { code: 'longer_than', text, figures: { tookMs: 90_000 } })).toBeNull();
  });

  it('of a code that is not known, or no code at all, has no words', () => {
    expect(reasonIn(words, { code: 'of_a_newer_server', text, figures: {} })).toBeNull();
    expect(reasonIn(words, { code: 'toString', text, figures: {} })).toBeNull();
  });
});

describe('say', () => {
  it('takes the first word of which all figures are there', () => {
    expect(say(['{{a}} and {{b}}', '{{a}}', 'none'], { a: 1 })).toBe('1');
    expect(say(['{{a}} and {{b}}', '{{a}}', 'none'], {})).toBe('none');
    expect(say('{{codeHex}}', { code: -1 })).toBe('0xFFFFFFFF');
    expect(say(undefined, {})).toBeNull();
  });

  it('leaves figures as they are: what looks like a place in one is none', () => {
    expect(say('{{a}}', { a: '{{b}}', b: 'x' })).toBe('{{b}}');
  });
});
