import { describe, expect, it } from 'vitest';
import { stoppedBy } from '../alert/subscribe/stopped-by.js';
import { whatChanged } from '../approval/change-request.js';
import { judgeToken } from '../host/join-token.js';
import type { StepReason } from '../rollout/next-step.js';
import { describeStep } from '../rollout/step-words.js';
import { hostTexts, readHostText, readRecord, readRequestTitle, recordTexts, requestTitles } from './record-texts.js';
import { figuresOf } from './sentences.js';

const nowMs = Date.parse('2026-11-28T08:00:00Z');
/** What it is called, and null where it is not known. */
const codesOf = (text: string) => text.split('; ').map((part) => readRecord(part)?.code ?? null);

describe('sentences that are kept alone', () => {
  it.each([
    ['titles', requestTitles, readRequestTitle],
    ['records', recordTexts, readRecord],
    ['hosts', hostTexts, readHostText],
  ] as const)('are each known by their own name: %s', (_, table, read) => {
    const wrong = Object.entries(table).filter(([code, form]) => {
      const text = figuresOf(form).reduce((said, name) => said.replace(`{{${name}}}`, `<${name}>`), form as string);
      const figures = Object.fromEntries(figuresOf(form).map((name) => [name, `<${name}>`]));
      const found = read(text);
      return found?.code !== code || JSON.stringify(found.figures ?? {}) !== JSON.stringify(figures);
    });
    expect(wrong).toEqual([]);
  });

  it('are what rollouts write down, part by part', () => {
    const reasons: StepReason[] = [
      { code: 'failure_rate', bad: 3, results: 4 },
      { code: 'waiting_for_applied', waiting: 2, hosts: 9, offline: 1 },
      { code: 'soaking', untilMs: nowMs, runs: 1, offline: 0 },
      { code: 'frozen', untilMs: nowMs, freeze: 'year end' },
      { code: 'soaked', runs: 0, offline: 2 },
      { code: 'all_applied', hosts: 9, offline: 0 },
      { code: 'halted', why: 'ask Ann' },
    ] as StepReason[];
    expect(reasons.map((reason) => codesOf(describeStep(reason)))).toEqual([
      ['step_failures'],
      ['step_waiting', 'step_unreached'],
      ['step_soaking', 'step_one_run'],
      ['step_frozen'],
      ['step_soaked', 'step_no_run', 'step_unreached'],
      ['step_all'],
      ['step_halted'],
    ]);
  });

  it('are what rules of other rooms say', () => {
    const bounds = {
      uses: 1,
      used: 0,
      expiresMs: nowMs + 1,
      isRevoked: false,
      addresses: ['10.0.0.0/8'],
      hostNames: null,
    };
    const joiner = { address: '192.0.2.7', hostname: 'DB-01' };
    const flaws = [
      null,
      { ...bounds, isRevoked: true },
      { ...bounds, expiresMs: 0 },
      { ...bounds, used: 1 },
      bounds,
    ].map((token) => judgeToken(token, joiner, nowMs));
    const why = [...flaws, judgeToken({ ...bounds, addresses: [], hostNames: 'web-*' }, joiner, nowMs)].map(
      (verdict) => (verdict.ok ? '' : `${verdict.flaw}: ${verdict.message}`),
    );
    const was = [{ what: 'Job a', said: '1' }];
    const changed = [
      ...whatChanged(was, [{ what: 'Job a', said: '2' }]),
      ...whatChanged(was, []),
      ...whatChanged([], was),
    ];
    const refused = { kind: 'refused', code: 'http_410', message: 'gone', gone: true } as never;
    const texts = [...why, ...changed, stoppedBy(refused, null, nowMs)?.text ?? ''];
    expect(texts.filter((text) => readRecord(text) === null)).toEqual([]);
  });

  it('leave alone what people write', () => {
    const texts = ['month end', 'failed again, see #12', 'as agreed with Ann at noon', 'paused'];
    expect(texts.filter((text) => readRecord(text) !== null)).toEqual([]);
  });
});
