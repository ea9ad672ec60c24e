import { patternProblem } from '@carillon/core/alert/conditions/pattern';
import { makeProblem } from '@carillon/core/problem';
import { describeDryRun } from '@carillon/core/run/dry-run';
import { templateProblem } from '@carillon/core/run/template';
import { dryRunTexts } from '@carillon/core/text/dry-run-texts';
import { readSentence, sentenceTables, taskXmlTables } from '@carillon/core/text/said-sentences';
import { figuresOf } from '@carillon/core/text/sentences';
import { parseCron } from '@carillon/wintask/cron/cron';
import { COMMON_CODES, EXIT_CODES, SCHEDULER_CODES } from '@carillon/wintask/result-code-tables';
import { dayFilter } from '@carillon/wintask/schedule/day-calendar';
import { describe, expect, it } from 'vitest';
import { templateOf } from '../features/alerting/documents/document-templates.js';
import { templates } from '../features/editor/templates.js';
import { readYaml } from '../lib/yaml-file.js';
import { aboutTaskIn, checkIn, dryRunAnswerIn, expectedIn, refusalIn, textIn } from './zh/said.js';
import { dryRunLines } from './zh/sentences/dry-runs.js';
import * as late from './zh/sentences/late.js';
import { templateWords } from './zh/sentences/templates.js';
import { sentenceWords, taskXmlWords } from './zh/sentences/words.js';
import * as serverWords from './zh/server-words.js';

const words = { ...serverWords, late };
const han = /\p{Script=Han}/u;

const pairs = (tables: object, said: object) =>
  Object.entries(tables).flatMap(([table, forms]) =>
    Object.entries(forms as Record<string, string>).map(([code, form]) => ({
      place: `${table} ${code}`,
      form,
      word: (said as Record<string, Record<string, string>>)[table]?.[code] ?? '',
    })),
  );
const all = [
  ...pairs(sentenceTables, sentenceWords),
  ...pairs(taskXmlTables, taskXmlWords),
  ...pairs({ dryRun: dryRunTexts }, { dryRun: dryRunLines }),
];

describe('sentences that answers carry as a text', () => {
  it('are in Chinese, but for those that are nothing but names', () => {
    const bare = /^(wevtutil|command|index|leave|release|\{\{\w+\}\})/;
    expect(all.filter(({ word }) => !han.test(word) && !bare.test(word))).toEqual([]);
  });

  it('have a place for every figure that the sentence has, unless it is said twice there, and for no other', () => {
    const twice = new Set(['same', 'again']);
    const wrong = all.filter(({ form, word }) => {
      const has = new Set(figuresOf(word).map((name) => name.replace(/Means$/, '')));
      const wanted = figuresOf(form).filter((name) => !twice.has(name) || has.has(name));
      return wanted.some((name) => !has.has(name)) && !form.includes('carillon')
        ? true
        : [...has].some((name) => !figuresOf(form).includes(name));
    });
    expect(wrong).toEqual([]);
  });

  const cron = (text: string) => {
    const read = parseCron(text);
    return read.ok ? '' : read.problem.message;
  };
  const day = (text: string) => {
    const read = dayFilter({ except: [text] });
    return read.ok ? '' : read.message;
  };
  it.each([
    [cron('0 25 * * *'), '时“25”：“25”不是 0 到 23 之间的值'],
    [cron('@noon'), '未知的宏 @noon'],
    [day('2026-13-01'), '“2026-13-01”：应为 2026-12-25、12-25，或范围，例如 2026-10-01..2026-10-07'],
    [
      'the policy of this host does not allow it (rule runAs): jobs may run as system, not as user:CORP\\etl',
      '主机策略不允许（规则 runAs）：作业可以 system 的身份运行，不能以 user:CORP\\etl 运行',
    ],
    [
      'job etl version 3: the policy of this host asks for 2 signatures of approvers, it has 1; passed over: the approval by ab12: its signature is not good: nobody was present',
      '作业 etl 版本 3：主机策略要求 2 个审批人签名，现有 1 个；未计入：ab12 的审批：签名无效：没有人在场',
    ],
    ['the definition: signed with a key that was revoked', '作业定义：由已吊销的密钥签名'],
    ['secret db-pw: the signature is not of a pinned key', '机密 db-pw：签名不是来自已固定的密钥'],
    // Words of Windows are quoted.
    ['schtasks exit code 1: ERROR: Access is denied.', 'schtasks 退出码 1：ERROR: Access is denied.'],
    [
      'schtasks exit code 1: 错误: 拒绝访问。; not tried again before 2026-12-01T02:00:00.000Z, so that the account is not locked; another password is tried at once',
      'schtasks 退出码 1：错误: 拒绝访问。；为避免账户被锁定，在 2026-12-01 02:00:00 UTC 之前不再尝试；更换密码后立即重试',
    ],
    [
      'actions[0].command: wanted "a.exe", found "b.exe"; settings.enabled: wanted true, found nothing',
      'actions[0].command：应为 "a.exe"，实为 "b.exe"；settings.enabled：应为 true，实为 无',
    ],
    [
      'it differs after repair too: settings.enabled: wanted true, found false',
      '修复后仍有差异：settings.enabled：应为 true，实为 false',
    ],
    ['ERROR: Access is denied.', null],
  ])('%s', (text, chinese) => {
    expect(textIn(words, text)).toBe(chinese);
  });

  it('are said inside of what a field is to be', () => {
    const inside = (expected: Parameters<typeof makeProblem>[2]) => {
      const { expects } = makeProblem('field', 'wrong_value', expected, '');
      return expects && expectedIn(words, expects);
    };
    expect(inside('23, *, a-b, */n or a list of these in the hour field of a 5-field crontab')).toContain('“时”字段');
    expect(inside('0-23, *, a-b, */n or a list of these in the hour field of a 5-field crontab')).toBe(
      '五段 crontab 的“时”字段：0-23、*、a-b、*/n，或由它们组成的列表',
    );
    expect(inside('five fields: minute hour day month weekday in the expression field of a 5-field crontab')).toBe(
      '五段 crontab 的写法：五个字段：分 时 日 月 星期',
    );
    expect(inside(`days, but ${day('12-40')}`)).toContain('日期，但“12-40”：应为');
    expect(inside(`placeholders, but ${templateProblem('{{nowhere}}')}`)).toBe(
      '占位符，但{{nowhere}}：应为 job, runId, attempt, scheduledFor, startedAt 之一；时间可带格式，例如 {{scheduledFor:yyyy-MM-dd}}',
    );
    expect(inside(`a pattern, but ${patternProblem('(')}`)).toBe('模式，但正则表达式有误：缺少结尾的 )：(');
    expect(inside('a schedule that Task Scheduler can hold (60 triggers, a task has at most 48)')).toBe(
      '任务计划程序能容纳的计划（需要 60 个触发器，一个任务最多 48 个）',
    );
  });

  it('say why an edit or a task is not adopted', () => {
    expect(aboutTaskIn(words, 'only_idle: it runs only while the computer is idle')).toBe('它只在计算机空闲时运行');
    expect(aboutTaskIn(words, 'Settings needs Priority')).toBe('Settings 缺少 Priority');
    expect(
      aboutTaskIn(words, 'account: CORP\\x: a job expects a user; a group is nobody that a program can run as'),
    ).toBe('CORP\\x：作业的账户应为一个用户；程序不能以组的身份运行');
    const says = {
      code: 'change_unfit',
      figures: {
        id: 'x',
        reasons:
          'action: actions[0].command: wanted "a", found "b"; only_idle: it runs only while the computer is idle',
      },
    };
    expect(refusalIn(words, { says })).toBe(
      '该任务更改不能采纳：actions[0].command：应为 "a"，实为 "b"；它只在计算机空闲时运行',
    );
  });

  it('name states of hosts, and who uses what is to go', () => {
    const says = { code: 'host_state', figures: { host: 'db-01', wanted: 'pending', state: 'active' } };
    expect(refusalIn(words, { says })).toBe('主机 db-01 的状态应为“等待批准”，现为“正常”');
    const users = 'Route "prod" (to), AlertPolicy "p" (x) and 3 more';
    expect(refusalIn(words, { says: { code: 'document_used', figures: { kind: 'Channel', name: 'x', users } } })).toBe(
      'Channel x 仍被引用：路由 "prod" (to), 策略 "p" (x)，另有 3 处',
    );
  });

  it('say what a test of a channel found, and quote what its system said', () => {
    expect(checkIn(words, { what: 'rights', text: 'it lacks CREATE_ISSUES' })).toBe('权限：缺少权限 CREATE_ISSUES');
    const says = { code: 'http_401', figures: { status: 401, said: 'no' } };
    expect(checkIn(words, { what: 'account', text: 'HTTP 401: no', says })).toBe('账户：HTTP 401，对方答复：no');
    expect(checkIn(words, { what: 'of a newer server', text: 'x' })).toBe('of a newer server：x');
  });

  it('say a dry run line by line', () => {
    const { lines } = describeDryRun({
      job: {
        ...{ name: 'etl', version: 2, runAs: 'system', rights: 'ordinary', onOverlap: 'skip', enabled: true },
        ...{
          timeoutMs: 60_000,
          retry: null,
          run: { kind: 'program', program: 'a.exe', arguments: [], environment: {} },
        },
      } as unknown as Parameters<typeof describeDryRun>[0]['job'],
      ...{ host: 'db-01', lookedAs: 'SYSTEM', nowMs: 0, workingDirectory: { path: 'D:\\x', isThere: false } },
      ...{ launch: { ok: true, program: 'a.exe', arguments: ['1'] }, secrets: new Map([['pw', false]]) },
      ...{ underWay: [], conditions: { met: false, reason: 'condition_file', message: 'no file D:\\y' } },
      ...{ pause: undefined, nextStart: null },
    });
    const said = dryRunAnswerIn(words, [...lines, 'ERROR: of Windows'].join('\n')).split('\n');
    expect(said.filter((line) => !han.test(line))).toEqual(['ERROR: of Windows']);
    expect(said).toContain('条件：没有文件 D:\\y');
    expect(said).toContain('问题：没有工作目录 D:\\x');
  });

  it('are read by the tables of core alone: a sentence that is not there is not said', () => {
    expect(readSentence('a sentence of a newer server')).toBeNull();
    expect(textIn({ ...words, late: undefined }, 'this host cannot replace tasks')).toBeNull();
  });
});

it('every result code that has words in English has them in Chinese', () => {
  const known = [SCHEDULER_CODES, COMMON_CODES, EXIT_CODES].flatMap((table) => [...table.keys()]);
  expect(known.filter((code) => !han.test(serverWords.resultCodes[code] ?? ''))).toEqual([]);
  expect(Object.keys(serverWords.resultCodes).filter((code) => !known.includes(Number(code)))).toEqual([]);
  expect(serverWords.resultIn(0x80070002 | 0)).toBe('找不到程序。');
  expect(serverWords.resultIn(137)).toBe('程序被信号 9 终止。');
  expect(serverWords.resultIn(0x80070020)).toBe('Windows 错误 32。');
});

describe('files to begin with', () => {
  const facts = { zone: 'UTC', nowMs: 0, match: [], reason: '', ways: { channels: [], schedules: [] } };
  const kinds = [
    'AlertPolicy',
    'Channel',
    'Route',
    'OnCall',
    'Silence',
    'MaintenanceWindow',
    'Freeze',
    'Calendar',
  ] as const;
  const files = [...Object.values(templates), ...kinds.map((kind) => templateOf(kind, facts))];
  // Values, commands and names are the same in every language.
  const isProse = (comment: string) =>
    /[a-z] [a-z]/.test(comment.replace(/carillon-agent (action|backup|secret) .*?(?=\s{2,}|$)/, '')) &&
    !/^[\w-]+: [{[]?[^\s]+( [^\s]+)*[}\]]$/.test(comment);

  it('have Chinese comments and descriptions, and say the same', () => {
    const english = files.flatMap((file) =>
      late
        .templateIn(file)
        .split('\n')
        .flatMap((line) => [
          ...line.split(/(?<=^|\s)#\s+/).slice(1),
          ...(/^(?:description|reason): (.*)/.exec(line)?.slice(1) ?? []),
        ])
        .filter((comment) => isProse(comment) && !han.test(comment)),
    );
    expect(english).toEqual([]);
    for (const file of files) {
      const [before, after] = [file, late.templateIn(file)].map((text) => {
        const read = readYaml(text, { strict: true });
        const { description, reason, ...rest } = (read.ok ? read.raw : {}) as Record<string, unknown>;
        return rest;
      });
      expect(after).toEqual(before);
    }
  });

  it('have no words that no file says', () => {
    const whole = files.join('\n');
    expect(Object.keys(templateWords).filter((text) => !whole.includes(text))).toEqual([]);
  });
});
