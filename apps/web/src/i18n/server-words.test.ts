import { apiErrorCodes } from '@carillon/contract/http/error';
import { denyReasons } from '@carillon/core/access/decide';
import {
  alertReasonCodes,
  alertReasonFigures,
  muteReasonFigures,
  systemFaultCodes,
} from '@carillon/core/alert/alert-reasons';
import { outcomeFigures } from '@carillon/core/alert/deliver/outcome-reasons';
import { evaluatedStates, logReasonFigures } from '@carillon/core/alert/log-reasons';
import { expectationFigures, makeProblem } from '@carillon/core/problem';
import { judgeConditions } from '@carillon/core/run/conditions';
import { readRunDetail, runDetails } from '@carillon/core/run/detail-texts';
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
import { hostTexts, recordTexts, requestTitles } from '@carillon/core/text/record-texts';
import { refusalTexts, spokenRefusal } from '@carillon/core/text/refusal-texts';
import { figuresOf } from '@carillon/core/text/sentences';
import { thingKinds } from '@carillon/core/text/thing-kinds';
import { evidenceFigures } from '@carillon/core/why/why-facts';
import { describe, expect, it } from 'vitest';
import { lateWords as lateEn } from './en/late-words.js';
import { words as firstEn } from './en/words.js';
import { lateWords as lateZh } from './zh/late-words.js';
import {
  auditTextIn,
  auditWhatIn,
  choiceIn,
  detailIn,
  differenceIn,
  evidenceIn,
  expectedIn,
  hostTextIn,
  logIn,
  missingIn,
  muteIn,
  outcomeIn,
  reasonIn,
  recordIn,
  refusalIn,
  scheduleIn,
  titleIn,
  whyIn,
} from './zh/said.js';
import * as late from './zh/sentences/late.js';
import * as serverWords from './zh/server-words.js';
import { words as firstZh } from './zh/words.js';

const words = { ...serverWords, late };

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
    [
      'the log of incidents',
      [...Object.keys(logReasonFigures), ...evaluatedStates.map((state) => `evaluate_${state}`)],
      words.logReasons,
    ],
    ['what became of notices', Object.keys(outcomeFigures), words.outcomes],
    ['refusals', Object.keys(refusalTexts), words.refusalWords],
    ['what there is not', thingKinds, words.thingNames],
    ['how requests failed', apiErrorCodes, words.failureNames],
    ['titles of change requests', Object.keys(requestTitles), words.requestTitleWords],
    ['what is written down', Object.keys(recordTexts), words.recordWords],
    ['what agents say', Object.keys(hostTexts), words.hostWords],
    ['details of runs', Object.keys(runDetails), words.runDetails],
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
    expect(muteIn(words, { code: 'silence', text: '', figures })).toBe('处于静默 night 中，至 2026-11-28 18:00:00 UTC');
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

  it('of late answers tell what became of all that waited', () => {
    const figures = { state: 'failed', several: '2 ran late, 1 missed' };
    expect(whyIn(words, { code: 'ran_late', figures })).toBe(
      '它运行晚了，结果：失败（所有等待的：延迟运行 2 次、已错过 1 次）',
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

describe('the log of an incident', () => {
  // Values that fit every figure of their name.
  const given: Readonly<Record<string, unknown>> = {
    ...{ reason: 'consecutive_failures', failures: 3, mute: 'host_offline', outcome: 'http_404', status: 404 },
    ...{ notice: 'opened', severity: 'high', before: 'low', step: 'resolve', comment: null, agoMs: 60_000 },
  };
  const figuresOf = (names: readonly string[]) => ({
    ...given,
    ...Object.fromEntries(names.map((name) => [name, given[name] ?? 'x'])),
  });

  it('asks for figures that belong to the code', () => {
    const lacking = Object.entries(logReasonFigures).filter(([code, names]) => {
      const asked = new Set<string>([...names, 'failures', 'host', 'status', 'comment']);
      const figures = Object.fromEntries(Object.entries(figuresOf(names)).filter(([name]) => asked.has(name)));
      const kept =
        { attempt: 'http_404', ticket_done: 'ticket_resolve', ticket_not_done: 'ticket_later' }[code] ?? code;
      const stage = /^(attempt|ticket_)/.test(code) ? 'deliver' : 'group';
      return logIn(words, { stage, code: kept, figures: { ...figures, host: 'db-01' } }) === null;
    });
    expect(lacking.map(([code]) => code)).toEqual([]);
  });

  it('says what is in an entry, of whatever it is made', () => {
    const entry = (stage: 'evaluate' | 'group' | 'deliver' | 'person', code: string, figures: object | null) =>
      logIn(words, { stage, code, figures: figures as Record<string, unknown> | null });
    expect(entry('evaluate', 'firing', { from: 'firing', reason: 'consecutive_failures', failures: 3 })).toBe(
      '仍在触发：连续 3 次运行失败',
    );
    expect(entry('evaluate', 'resolved', { reason: 'recovered' })).toBe('已解决：已恢复');
    expect(entry('group', 'muted_host_offline', { mute: 'host_offline', host: 'db-01' })).toBe(
      '不通知：主机 db-01 离线，已就此告警',
    );
    expect(
      entry('deliver', 'http_503', { channel: 'mail', attempt: 2, outcome: 'http_503', status: 503, said: 'busy' }),
    ).toBe('mail 第 2 次尝试失败：HTTP 503，对方答复：busy');
    const gaveUp = { outcome: 'given_up', attempts: 7, last: 'unreachable', said: 'ECONNREFUSED' };
    expect(entry('deliver', 'dead', { channel: 'mail', fallback: 'sms', ...gaveUp })).toBe(
      'mail 未能送达：已尝试 7 次；最后一次：无法连接：ECONNREFUSED；改由 sms 通知',
    );
    expect(entry('person', 'resolved_by_hand', { by: 'Ann', comment: 'known' })).toBe('Ann 手动解决：known');
    expect(entry('person', 'resolved_by_hand', { by: 'Ann', comment: null })).toBe('Ann 手动解决');
  });

  it('leaves in English what a person wrote, and what an older server kept without figures', () => {
    expect(logIn(words, { stage: 'person', code: 'note', figures: { by: 'Ann' } })).toBeNull();
    expect(logIn(words, { stage: 'person', code: 'resolved_by_hand', figures: { by: 'Ann' } })).toBeNull();
    expect(logIn(words, { stage: 'deliver', code: 'http_503', figures: null })).toBeNull();
    expect(logIn(words, { stage: 'group', code: 'opened', figures: { key: 'k' } })).toBeNull();
  });
});

it('tells refusals with the figures that their sentences have', () => {
  const lacking = Object.entries(refusalTexts).filter(([code, form]) => {
    const text = figuresOf(form).reduce((said, name) => said.replace(`{{${name}}}`, `<${name}>`), form as string);
    const says = spokenRefusal(text);
    const known = { says, ...(code === 'run_ended' ? { says: { code, figures: { state: 'failed' } } } : {}) };
    return says?.code !== code || refusalIn(words, { ...known, refusal: 'other_key' }) === null;
  });
  expect(lacking.map(([code]) => code)).toEqual([]);
});

it('tells every error that a page can meet in both languages', () => {
  const en: Readonly<Record<string, string>> = { ...firstEn, ...lateEn };
  const zh: Readonly<Record<string, string>> = { ...firstZh, ...lateZh };
  const keys = [...apiErrorCodes.map((code) => `error.${code}`), ...denyReasons.map((reason) => `denied.${reason}`)];
  expect(keys.filter((key) => !en[key] || !isChinese(zh[key] ?? ''))).toEqual([]);
});

describe('sentences that are kept alone', () => {
  // Values that fit every figure of their name.
  const given: Readonly<Record<string, string>> = {
    ...{ changes: 'Job a: it would not be changed any more', code: 'conflict', documents: 'Job a' },
    ...{ hostState: 'revoked', why: 'wrong password', what: 'Job a', state: 'failed', pause: 'paused by a until b' },
    expected: 'another channel',
  };
  const filled = (form: string) =>
    figuresOf(form).reduce((said, name) => said.replace(`{{${name}}}`, given[name] ?? '7'), form);
  it.each([
    ['titles', requestTitles, titleIn],
    ['records', recordTexts, recordIn],
    ['hosts', hostTexts, hostTextIn],
  ] as const)('ask for figures that they have: %s', (_, table, tell) => {
    const said = Object.values(table).map((form) => [form, tell(words, filled(form))] as const);
    expect(said.filter(([, text]) => text === null || !isChinese(text))).toEqual([]);
  });

  it('tell requests, what became of them, and why', () => {
    expect(titleIn(words, 'apply Job nightly, HostGroup prod, Channel mail and 2 more')).toBe(
      '应用 作业 nightly、主机组 prod、渠道 mail 等，另有 2 个',
    );
    const changed = 'Job nightly: it would not be changed any more; targets: expected at least one label, got {}';
    expect(recordIn(words, `it would do something else by now: ${changed}`)).toBe(
      '现在执行的结果已不同：作业 nightly：不再需要更改；targets：应为 至少一个标签，实为 {}',
    );
    expect(recordIn(words, 'nothing fits')).toBeNull();
    expect(recordIn(words, 'soaked; but I do not like it')).toBeNull();
    expect(recordIn(words, 'waiting for applied: 2 of 9 hosts; 1 cannot be reached')).toBe(
      '等待注册：9 台主机中还有 2 台；1 台主机无法连接',
    );
    expect(recordIn(words, 'wrong password, 4 times')).toBe('密码错误，共 4 次');
    expect(recordIn(words, 'broken, 4 times')).toBeNull();
  });

  it('tell rows of the audit', () => {
    const row = { kind: 'Job', what: 'etl', text: null, after: null };
    const what = (part: object) => auditWhatIn(words, { ...row, ...part });
    expect(what({ kind: 'ChangeRequest', what: '12 delete Job etl' })).toBe('12 删除作业 etl');
    expect(what({ kind: 'Task', what: 'etl on DB-01' })).toBe('DB-01 上的 etl');
    expect(what({ kind: 'AlertDocument', what: 'Channel mail' })).toBe('渠道 mail');
    const about = { subject: 'DB-01', reason: { code: 'timed_out', figures: { timeouts: 2 } } };
    expect(what({ kind: 'Incident', what: '#7 DB-01: timed out', about })).toBe('#7 DB-01：连续 2 次运行超时');
    expect(what({ kind: 'Incident', what: '#7 of before' })).toBe('#7 of before');
    expect(what({ kind: 'Session', what: '(no such account)' })).toBe('（没有该账户）');
    expect([choiceIn(words, 'onDrift', 'repair'), choiceIn(words, 'onDrift', 'toString')]).toEqual([
      '修复（repair）',
      null,
    ]);
    const text = (part: object) => auditTextIn(words, { ...row, ...part });
    expect(text({ kind: 'Session', text: 'link' })).toBe('凭一次性链接');
    expect(text({ text: 'link' })).toBe('link');
    expect(text({ kind: 'Host', text: 'job a: cut short', after: { code: 'bad_manifest' } })).toBe(
      '作业定义不是被接受的那一份：job a: cut short',
    );
  });
});

it('tells what there is not, and no more of what may not be seen', () => {
  expect(missingIn(words, { kind: 'change request', name: '7' })).toBe('没有变更申请“7”。');
  expect(missingIn(words, { kind: 'jobs', name: '' })).toBe(words.noSuch);
});

it('tells a schedule entry by entry', () => {
  expect(scheduleIn(words, '10 */12 * * *, spread over 8h; after extract (success)')).toBe(
    '10 */12 * * *，在 8h 内分散；extract 成功之后',
  );
});

it('tells a difference of a task by its parts', () => {
  expect(differenceIn(words, 'actions[0].arguments: wanted "run", found nothing')).toBe(
    'actions[0].arguments：应为 "run"，实为 无',
  );
  expect(differenceIn(words, 'in other words')).toBeNull();
});

it('says of a run what its host said', () => {
  const { message } = judgeConditions({ cpuBelowPercent: 70, waitUpToMs: 0 }, { cpuPercent: 93 }) as {
    message: string;
  };
  const says = readRunDetail(message);
  expect(says && detailIn(words, says)).toBe('CPU 使用率 93 %，应低于 70 %');
  const wanted = Object.values(runDetails).map((form) => [form.replaceAll(/[{}]/g, ''), form] as const);
  expect(wanted.filter(([text]) => readRunDetail(text) === null)).toEqual([]);
  expect(readRunDetail('an older agent said it otherwise')).toBeNull();
});

describe('what became of a notice', () => {
  it('asks for figures that belong to the code', () => {
    const lacking = Object.entries(outcomeFigures).filter(([code, names]) => {
      const known = Object.fromEntries(names.map((name) => [name, name === 'last' ? 'sent' : 'x']));
      return outcomeIn(words, { code, figures: known }) === null;
    });
    expect(lacking).toEqual([]);
  });

  it('quotes the words of others, and leaves what is not known', () => {
    expect(outcomeIn(words, { code: 'smtp_550', figures: { said: '550 no such user' } })).toBe(
      '对方答复：550 no such user',
    );
    expect(outcomeIn(words, { code: 'smtp_550', figures: undefined })).toBeNull();
  });
});
