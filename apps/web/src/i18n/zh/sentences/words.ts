import type { ChannelCheckPart } from '@carillon/core/text/channel-check-texts';
import type { SentenceTables, TaskXmlTables } from '@carillon/core/text/said-sentences';
import { runDetails } from '../detail-words.js';
import { adoptionNotes, adoptionProblems, triggerNotes, triggerProblems } from './adoption.js';
import { dryRuns } from './dry-runs.js';
import { channelChecks, commands, hostFaults, patterns, placeholders, policies, upgrades, warnings } from './hosts.js';
import { cronPieces, cronValues, fieldValues, gates, schedules, taskXml } from './schedules.js';
import { approvalFlaws, signatureFlaws, signingRefusals } from './signing.js';
import type { WordsFor } from './words-for.js';

/** Words for every sentence that answers carry as a text; a table without them does not compile. */
export const sentenceWords: { readonly [Table in keyof SentenceTables]: WordsFor<SentenceTables[Table]> } = {
  cronPieces,
  cronValues,
  schedules,
  gates,
  triggerProblems,
  triggerNotes,
  adoptionProblems,
  adoptionNotes,
  placeholders,
  patterns,
  signatureFlaws,
  approvalFlaws,
  signingRefusals,
  policies,
  hostFaults,
  upgrades,
  commands,
  warnings,
  channelChecks,
  runDetails,
  dryRuns,
};

export const taskXmlWords: { readonly [Table in keyof TaskXmlTables]: WordsFor<TaskXmlTables[Table]> } = {
  taskXml,
  fieldValues,
};

/** Names that stand in sentences. */
export const namesInSentences: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  purpose: { secret: '机密', account: '账户' },
  kind: { password: '密码', secret: '机密' },
  what: { index: '期望状态索引', 'the definition': '作业定义', leave: '移除命令', command: '命令' },
  here: { here: '已有', MISSING: '缺少', 'not known': '未知' },
  limit: { none: '不限' },
  field: {
    minute: '“分”字段',
    hour: '“时”字段',
    day: '“日”字段',
    month: '“月”字段',
    weekday: '“星期”字段',
    expression: '写法',
  },
};

/** What a test of a channel of tickets looks at. */
export const checkedParts: Readonly<Record<ChannelCheckPart, string>> = {
  'a ticket': '试建工单',
  account: '账户',
  'account and table': '账户和表',
  'assignment group': '分配组',
  caller: '呼叫者',
  'close code': '关闭代码',
  comments: '评论',
  'configuration item': '配置项',
  password: '密码',
  priorities: '优先级',
  project: '项目',
  rights: '权限',
  transitions: '转换',
  webhooks: 'Webhook',
};
