import {
  alertReasonCodes,
  alertReasonFigures,
  muteReasonFigures,
  systemFaultCodes,
} from '@carillon/core/alert/alert-reasons';
import { expectationFigures, makeProblem } from '@carillon/core/problem';
import { assignmentFaultCodes } from '@carillon/core/state/assignment-faults';
import {
  assignmentStates,
  driftKinds,
  historyStates,
  hostStates,
  runStates,
  taskChangeStates,
  whyReasons,
} from '@carillon/core/state/states';
import { objections } from '@carillon/core/text/expected-texts';
import { evidenceFigures } from '@carillon/core/why/why-facts';
import { describe, expect, it } from 'vitest';
import { say } from './server-text.js';
import { evidenceIn, expectedIn, muteIn, reasonIn, whyIn } from './use-server-text.js';
import * as words from './zh/server-words.js';

const variants = (said: string | readonly string[]) => [said].flat();
/** A word may be a name alone, which is looked up. */
const isChinese = (text: string) => /\p{Script=Han}/u.test(text) || /^\{\{\w+Means\}\}$/.test(text);

describe('words for what the server says', () => {
  it.each([
    ['reasons of alerts', alertReasonCodes, words.alertReasons],
    ['quiet', Object.keys(muteReasonFigures), words.muteReasons],
    ['faults of the product', systemFaultCodes, words.systemFaults],
    ['answers to why', whyReasons, words.whyReasons],
    ['evidence', Object.keys(evidenceFigures), words.whyEvidence],
    ['expected values', Object.keys(expectationFigures), words.expectations],
    ['objections', Object.keys(objections), words.objections],
    ['logs', historyStates, words.historyStates],
    ['definitions that are not registered', assignmentFaultCodes, words.assignmentFaults],
    ['changed tasks', driftKinds, words.driftKinds],
    ['hosts', hostStates, words.hostStates],
  ] as const)('are there for all codes: %s', (_, codes, table) => {
    const said: Readonly<Record<string, string | readonly string[]>> = table;
    const lacking = codes.filter((code) => !said[code] || !variants(said[code]).every(isChinese));
    expect(lacking).toEqual([]);
    expect(Object.keys(said).filter((code) => !(codes as readonly string[]).includes(code))).toEqual([]);
  });

  it('of alerts ask for figures that belong to the code, so that none stays in English', () => {
    const asks = Object.entries(alertReasonFigures).filter(([code, figures]) => {
      // Values that fit every figure of their name.
      const given = { drift: 'edited', why: 'expired', cause: 'host_off', exitCode: 3 };
      const known = Object.fromEntries(
        figures.map((name) => [name, given[name as keyof typeof given] ?? (/Ms$|s$/.test(name) ? 7 : 'x')]),
      );
      return reasonIn(words, { code, text: '', figures: known }) === null;
    });
    expect(asks.map(([code]) => code)).toEqual([]);
  });

  it('of quiet ask for figures that belong to the code', () => {
    const lacking = Object.entries(muteReasonFigures).filter(([code, figures]) => {
      const known = Object.fromEntries(figures.map((name) => [name, 'x']));
      return muteIn(words, { code, text: '', figures: known }) === null;
    });
    expect(lacking).toEqual([]);
    const figures = { silence: 'night', until: '2026-11-28T18:00:00.000Z', author: null };
    expect(muteIn(words, { code: 'silence', text: '', figures })).toBe('被静默 night 静音，至 2026-11-28 18:00:00 UTC');
  });

  it('of evidence ask for figures that belong to the code', () => {
    const given: Record<string, string> = { state: 'failed', change: 'drifted', assignment: 'applied', log: 'off' };
    const lacking = Object.entries(evidenceFigures).filter(([code, figures]) => {
      const known = Object.fromEntries(figures.map((name) => [name, name === 'resultCode' ? 3 : (given[name] ?? 'x')]));
      return evidenceIn(words, { code, text: '', figures: known }) === null;
    });
    expect(lacking).toEqual([]);
  });

  it('of expected values ask for figures that belong to the code', () => {
    const lacking = Object.entries(expectationFigures).filter(([code, figures]) => {
      const known = Object.fromEntries(figures.map((name) => [name, name === 'limit' ? 7 : 'x']));
      return expectedIn(words, { code, figures: known }) === null;
    });
    expect(lacking).toEqual([]);
    expect(expectedIn(words, { code: 'type', figures: { type: 'array' } })).toBe('列表');
    expect(expectedIn(words, { code: 'at_most_characters', figures: { limit: 200 } })).toBe('不超过 200 个字符');
    const said = makeProblem(
      'root',
      'wrong_value',
      'a pattern such as *.log or **/*.tmp, but it has a sign that no file name has',
      '',
    );
    expect(said.expects && expectedIn(words, said.expects)).toBe(
      '模式，例如 *.log 或 **/*.tmp，但它含有文件名中没有的字符',
    );
  });

  it('of answers say something also without figures, but for what was refused', () => {
    const lacking = whyReasons.filter((code) => whyIn(words, { code, text: '', figures: {} }) === null);
    expect(lacking).toEqual([]);
    expect(whyIn(words, { code: 'not_applied', text: '', figures: { version: 3, why: 'policy_programs' } })).toBe(
      '版本 3 没有在主机上注册：主机策略不允许启动该程序',
    );
    expect(whyIn(words, { code: 'skipped', text: '', figures: { why: 'overlap' } })).toBe(
      '已跳过：该作业的另一次运行尚未结束',
    );
  });

  it('name every state that figures may have', () => {
    for (const state of runStates) expect(words.nameOf('run', state)).toBeTruthy();
    for (const state of assignmentStates) expect(words.nameOf('assignment', state)).toBeTruthy();
    for (const state of taskChangeStates) expect(words.nameOf('change', state)).toBeTruthy();
  });

  it('of faults of the product ask for their part alone', () => {
    const lacking = systemFaultCodes.filter(
      (code) => reasonIn(words, { code, text: '', figures: { part: 'endpoint:mail' } }) === null,
    );
    expect(lacking).toEqual([]);
  });
});

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
