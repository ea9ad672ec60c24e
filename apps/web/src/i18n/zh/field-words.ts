import type { DriftPolicy, JobSpec, MissedPolicy, OverlapPolicy, RunSpec } from '@carillon/core/job/job-spec';

/** Parts of a job. */
const ofJobs: Readonly<Record<keyof JobSpec, string>> = {
  name: '名称',
  description: '说明',
  owner: '负责团队',
  targets: '目标主机',
  schedule: '计划时间',
  when: '条件',
  run: '执行内容',
  runAs: '运行账户',
  rights: '权限级别',
  onOverlap: '重叠时的处理',
  onMissed: '错过时的处理',
  onDrift: '漂移时的处理',
  timeoutMs: '超时',
  retry: '重试',
  exitCodes: '退出码规则',
  output: '输出规则',
  enabled: '启用',
  replaces: '替代的任务',
  overrides: '个别主机的差异',
  orphans: '失联时的处理',
  rollout: '分批发布方式',
  alerts: '告警策略',
};

type Choice =
  | `onOverlap.${OverlapPolicy}`
  | `onMissed.${MissedPolicy}`
  | `onDrift.${DriftPolicy}`
  | `run.${RunSpec['kind']}`;

/** What a part of a job may be, of which files have a word. */
export const choiceNames: Readonly<Record<Choice, string>> = {
  'onOverlap.skip': '跳过',
  'onOverlap.queue': '排队',
  'onOverlap.replace': '取代',
  'onOverlap.parallel': '并行',
  'onMissed.run-once': '补运行一次',
  'onMissed.skip': '跳过',
  'onDrift.repair': '修复',
  'onDrift.report': '只上报',
  'onDrift.adopt': '采纳',
  'run.program': '程序',
  'run.powershell': 'PowerShell 脚本',
  'run.batch': '批处理',
  'run.backup': '备份',
  'run.cleanup': '清理',
  'run.healthCheck': '健康检查',
  'run.http': 'HTTP 请求',
  'run.metrics': '指标',
  'run.report': '报告',
};

/** The same with the word of files behind it. */
export const choiceForm = '{{name}}（{{word}}）';

/** Parts of documents of alerting, of quiet times and groups. */
const ofDocuments = {
  allowPrivateAddresses: '允许非公网地址',
  appliesTo: '适用范围',
  approval: '审批要求',
  authToken: '令牌',
  channels: '渠道',
  continue: '继续匹配',
  escalate: '升级步骤',
  fallback: '后备渠道',
  for: '持续时间',
  forMs: '持续时间',
  from: '开始时间',
  groupBy: '分组方式',
  headers: '请求头',
  hosts: '主机',
  jobs: '作业',
  labels: '标签',
  language: '语言',
  layers: '轮值层',
  limit: '发送限制',
  match: '匹配的标签',
  order: '顺序',
  password: '密码',
  people: '人员',
  port: '端口',
  reason: '理由',
  recipient: '收件人',
  remindAfterMs: '提醒间隔',
  repeat: '重复通知',
  resolveAfter: '恢复条件',
  routes: '子路由',
  routingKey: '路由键',
  runbook: '处理手册',
  security: '加密方式',
  severities: '严重程度',
  severity: '严重程度',
  signing: '签名',
  steps: '步骤',
  templates: '模板',
  timezone: '时区',
  to: '收件人',
  type: '类型',
  until: '截止时间',
  url: '网址',
  username: '用户名',
};

/** What the audit keeps of everything else. */
const ofRecords = {
  actor: '操作人',
  author: '作者',
  approvedBy: '批准人',
  bytes: '字节数',
  code: '代码',
  disabled: '已停用',
  events: '事件类型',
  force: '强制',
  grants: '权限',
  groups: '组',
  host: '主机',
  hostname: '主机名',
  instance: '代理实例',
  issuer: '身份提供商',
  job: '作业',
  key: '密钥',
  kind: '类别',
  number: '编号',
  of: '总环数',
  planHash: '变更摘要',
  publicKey: '公钥',
  required: '所需批准数',
  ring: '环',
  sameAs: '内容同版本',
  set: '作业集',
  sha256: '内容摘要',
  signedBy: '签名人',
  title: '标题',
  version: '版本',
};

/** Names of parts that definitions, accounts and the like have; what is not here is called as files call it. */
export const fieldNames: Readonly<Record<string, string>> = {
  ...ofJobs,
  ...ofDocuments,
  ...ofRecords,
};
