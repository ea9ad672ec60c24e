import type { DryRunTextCode } from '@carillon/core/text/dry-run-texts';
import type { SentenceTables } from '@carillon/core/text/said-sentences';
import type { WordsFor } from './words-for.js';

export const dryRuns: WordsFor<SentenceTables['dryRuns']> = {
  dry_for_run: '等待运行 {{runs}}',
  dry_no_folder: '没有工作目录 {{path}}',
  dry_no_script: '作业的脚本不在 {{path}}',
  dry_no_secret: '此主机上没有机密 {{name}}',
  dry_off: '作业已停用，任务计划程序不会启动停用的任务',
  dry_up_to: '最长 {{duration}}：{{whyMeans}}',
};

/** Lines of a dry run. */
export const dryRunLines: Readonly<Record<DryRunTextCode, string>> = {
  ...dryRuns,
  account: '账户：{{account}}（以 {{looked}} 的身份查看，所见可能更多或更少）',
  account_highest: '账户：{{account}}，最高权限（以 {{looked}} 的身份查看，所见可能更多或更少）',
  action: '操作：{{kind}}，由代理自己执行',
  arguments: '参数：{{arguments}}',
  conditions: '条件：{{whyMeans}}',
  conditions_met: '条件：满足',
  environment: '环境变量（主机已有的除外）：{{names}}',
  folder: '工作目录：{{path}}',
  head: '{{job}} v{{version}} 在 {{host}} 上的试运行：不启动也不更改任何内容',
  limit: '时限：{{limitMeans}}',
  limit_tries: '时限：{{limitMeans}}，共 {{attempts}} 次尝试，每次间隔 {{delay}}',
  next: '按计划：下一次在 {{at}}；手动启动不受计划限制',
  next_none: '按计划：没有已知的时间；手动启动不受计划限制',
  pause: '{{whyMeans}}；按计划的启动会略过，手动启动不会',
  problem: '问题：{{whyMeans}}',
  program: '程序：{{program}}',
  program_cannot: '程序：{{program}}，无法启动',
  secret_as: '机密 {{name}}，作为 {{variable}}：{{hereMeans}}',
  secret_stdin: '机密 {{name}}，作为标准输入：{{hereMeans}}',
  under_way: '进行中：{{runs}}（onOverlap：{{overlap}}）',
  under_way_replaced: '进行中：{{runs}}（onOverlap：{{overlap}}）；会先结束它',
};
