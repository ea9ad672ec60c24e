import type { MuteReasonCode, SystemFaultCode } from '@carillon/core/alert/alert-reasons';
import type { ExpectedVerdict } from '@carillon/core/alert/missed/judge-expected';
import { type RefusalCode, refusalCodes } from '@carillon/core/signing/refusal';
import type { AssignmentFaultCode } from '@carillon/core/state/assignment-faults';
import type { HistoryState, HostState, WhyReason } from '@carillon/core/state/states';
import { ownFaults } from '@carillon/core/text/zh/alert-words';
import type { EvidenceCode } from '@carillon/core/why/why-facts';
import type { Said } from '../server-text.js';
import { incidents } from './incidents.js';
import { jobs } from './jobs.js';
import { runs } from './runs.js';

export { alertEnds, alertReasons, driftKinds } from '@carillon/core/text/zh/alert-words';
export { runDetails } from './detail-words.js';
export { expectations, objections } from './expected-words.js';
export { choiceForm, choiceNames, fieldNames } from './field-words.js';
export { logReasons, outcomes, ticketSteps } from './log-words.js';
export {
  andMore,
  auditNames,
  failureNames,
  hostWords,
  metricNames,
  orderFaults,
  recordWords,
  requestTitleWords,
  signInWays,
  taskOnHost,
} from './record-words.js';
export { refusals as refusalWords } from './refusal-words.js';
export { resultCodes, resultIn } from './result-words.js';
export { scheduleWords } from './schedule-words.js';
export { missing, noSuch, thingNames } from './thing-words.js';

/** Why a definition is not registered on a host. */
export const assignmentFaults: Readonly<Record<AssignmentFaultCode, string>> = {
  agent_too_old: '主机的代理版本过旧，请升级',
  unsupported: '此主机不支持该作业所需的功能',
  registered_differently: '任务计划程序注册的内容与要求的不同',
  internal: '代理内部错误',
  end_failed: '无法结束任务',
  original_unreadable: '无法读取要替换的原任务',
  password_needed: '缺少运行账户的密码',
  read_back_failed: '注册后无法读回任务',
  read_failed: '无法读取任务',
  register_failed: '任务计划程序拒绝注册',
  remove_failed: '无法删除任务',
  replaced_by_another: '原任务已被另一个作业替换',
  scheduler_unavailable: '任务计划程序不可用',
  start_failed: '任务无法启动',
  switch_failed: '无法启用或停用任务',
  unknown_account: '主机上没有该账户',
  policy_run_as: '主机策略不允许使用该账户运行',
  policy_highest_rights: '主机策略不允许使用最高权限',
  policy_scripts: '主机策略不允许作业自带脚本',
  policy_programs: '主机策略不允许启动该程序',
  policy_replace_tasks: '主机策略不允许替换主机自己的任务',
  policy_paths: '主机策略不允许访问该文件夹',
  policy_origins: '主机策略不允许访问该网址',
  policy_commands: '主机策略不允许执行该命令',
  policy_upgrades: '主机策略不允许升级代理',
  policy_unreadable: '主机策略文件无法读取',
  bad_signature: '签名无效，或用于其他用途',
  unknown_key: '由不受信任的密钥签名',
  revoked_key: '由已吊销的密钥签名',
  other_root: '信任根与固定的不同',
  rollback: '版本低于已知版本',
  expired: '已过有效期',
  bad_index: '期望状态的索引不正确',
  wrong_host: '内容属于另一台主机',
  bad_manifest: '作业定义不是被接受的那一份',
  missing_manifest: '缺少作业定义',
  unknown_host: '主机未被接受',
  unknown_job: '作业未被接受',
  other_target: '作业的目标不包括该主机',
  left_out: '缺少主机应有的作业',
  other_pause: '暂停与人员要求的不符',
  unknown_token: '加入令牌不被认可',
  other_key: '密钥与主机加入时的不同',
  rollout: '该批次尚未开放',
  not_approved: '缺少审批人的签名',
  bad_keys: '服务器的密钥文件无法读取',
  book_changed: '已接受内容的账本被截断或更改',
  unknown_secret: '机密未曾提供',
  other_secret: '保存的机密不是提供的那一份',
  not_for_job: '机密不供该作业使用',
  no_seal_key: '主机尚未告知用于密封机密的密钥',
};

/** Why nobody is told of an incident. */
export const muteReasons: Readonly<Record<MuteReasonCode, string>> = {
  host_offline: '主机 {{host}} 离线，已就此告警',
  own_fault: '本系统的 {{part}} 不工作，没有消息并不说明问题',
  maintenance_window: '维护窗口 {{window}} 期间，至 {{until}}',
  silence: '处于静默 {{silence}} 中，至 {{until}}',
  storm: '与许多其他事件一起由事件 #{{incident}} 通知',
  closed_by_hand: '由 {{by}} 手动关闭，在条件消失之前不再通知',
};

/** What is not signed, or not obeyed, and where. */
const refusals = Object.fromEntries(
  refusalCodes.map((code) => [code, `{{name}}：${assignmentFaults[code]}`]),
) as Record<RefusalCode, string>;

/** Faults of the product itself; `name` is what follows the colon in the part, `endpoint:mail`. */
export const systemFaults: Readonly<Record<SystemFaultCode, Said>> = {
  ...ownFaults,
  ...refusals,
};

/** One difference of a task; a side that is absent is `nothing`. */
export const taskDifference = '{{path}}：应为 {{wanted}}，实为 {{found}}';
export const nothing = '无';

/** What may name a document, or use a secret. */
export const userKinds: Readonly<Record<string, string>> = {
  AlertPolicy: '策略',
  Calendar: '日历',
  Channel: '渠道',
  Freeze: '冻结期',
  HostGroup: '主机组',
  Job: '作业',
  MaintenanceWindow: '维护窗口',
  OnCall: '值班表',
  Route: '路由',
  Silence: '静默',
  job: '作业',
  subscription: '订阅',
};

export const hostStates: Readonly<Record<HostState, string>> = {
  active: '正常',
  quarantined: '已隔离',
  revoked: '已吊销',
  retired: '已退役',
  pending: '等待批准',
  decommissioning: '正在移除',
};

export const valueTypes: Readonly<Record<string, string>> = {
  string: '文本',
  number: '数字',
  int: '整数',
  boolean: 'true 或 false',
  array: '列表',
  object: '键值映射',
  record: '名称到值的映射',
  null: '空值',
};

export const valueFormats: Readonly<Record<string, string>> = {
  email: '电子邮件地址',
  url: '网址',
  uuid: 'UUID',
  datetime: '日期和时间，例如 2026-12-31T23:00:00Z',
  date: '日期，例如 2026-12-31',
};

/** What an answer is known from. */
export const whyEvidence: Readonly<Record<EvidenceCode, Said>> = {
  joined: '主机加入',
  paused: '主机被 {{by}} 暂停',
  last_heard: '最后一次收到主机的消息',
  heard_again: '再次收到主机的消息',
  started: '主机启动',
  made_up: '运行 {{run}} 补上了错过的启动',
  run: ['运行 {{run}}：{{stateMeans}}，退出码 {{exitCode}}', '运行 {{run}}：{{stateMeans}}'],
  scheduler_log: '任务计划程序日志：记录 {{records}}',
  last_result_only: '任务的上次结果，因为无法读取任务计划程序日志',
  change_noticed: ['发现更改（{{changeMeans}}）：{{differencesMeans}}', '发现更改（{{changeMeans}}）'],
  changed: ['被 {{by}} 更改', '被更改'],
  assignment: '版本 {{version}}：{{assignmentMeans}}',
  log_unread: '代理未读取任务计划程序日志',
  log_state: '主机上的任务计划程序日志{{logMeans}}',
  task_off: '主机最近一次显示该任务已停用',
  task_result: ['任务的上次结果为 {{resultCodeHex}}：{{resultCodeMeans}}', '任务的上次结果为 {{resultCodeHex}}'],
  ran_before: '任务上一次运行早于该时间',
  fire_before: '上一次计划时间',
  fire_next: '下一次计划时间',
};

export const historyStates: Readonly<Record<HistoryState, string>> = {
  on: '已开启',
  off: '已关闭',
  unreadable: '无法读取',
};

/** Names that pages have words for already; the full stop is theirs. */
export function nameOf(
  kind: 'run' | 'reason' | 'assignment' | 'change' | 'severity' | 'notice.reason',
  value: string,
): string | undefined {
  const names: Readonly<Record<string, string>> = { ...runs, ...jobs, ...incidents };
  return names[`${kind}.${value}`]?.replace(/。$/, '');
}

/** What became of a fire. */
export const whyReasons: Readonly<Record<WhyReason, Said>> = {
  ran: ['它运行了，结果：{{stateMeans}}', '它运行了'],
  ran_late: ['它运行晚了，结果：{{stateMeans}}', '它运行晚了'],
  running: '正在运行',
  waiting: ['正在等待：{{whyMeans}}', '正在等待'],
  skipped: ['已跳过：{{whyMeans}}', '已跳过'],
  paused: ['主机被 {{by}} 暂停至 {{until}}：{{note}}', '主机被 {{by}} 暂停至 {{until}}', '主机已暂停'],
  lost: '它运行过，但结果未知：负责运行它的程序已不在',
  not_due: '当时不该运行',
  calendar: '日历上当天没有计划时间',
  no_timetable: '它没有时间表：由人员启动，或由主机上的事件触发',
  not_yet: '时间未到，或刚到，启动情况可能尚未上报',
  job_newer: '当时作业还不存在',
  job_deleted: '作业已被删除',
  job_disabled: '作业已停用',
  not_assigned: '作业没有选中此主机',
  not_applied: [
    '版本 {{version}} 没有在主机上注册：{{whyMeans}}',
    '版本 {{version}} 尚未在主机上注册',
    '尚未在主机上注册',
  ],
  host_newer: '当时主机尚未加入',
  host_not_active: ['主机状态为 {{hostState}}', '主机未启用'],
  task_deleted: ['主机上的任务被 {{by}} 删除', '主机上的任务被删除'],
  task_disabled: ['主机上的任务被 {{by}} 停用', '主机上的任务被停用'],
  task_edited: ['主机上的任务被 {{by}} 修改', '主机上的任务被修改或损坏'],
  host_off: '主机处于关机状态',
  host_absent: '主机没有消息且没有任何运行：可能处于睡眠状态，或任务计划程序未运行',
  host_unknown: '主机没有消息：无法得知它是关机还是无法连接；若有运行，恢复后会上报',
  unreported: ['主机还有 {{waiting}} 条事件未送达，其中可能有这次运行', '主机之后没有上报任何消息'],
  no_trace: '没有发现任何痕迹，任务计划程序是否启动过也无从得知',
  logon_failed: [
    '任务计划程序无法以 {{account}} 登录（{{resultCodeHex}}）',
    '任务计划程序无法以 {{account}} 登录',
    '任务计划程序无法登录所用账户',
  ],
  not_logged_on: ['任务仅在 {{account}} 登录时运行，当时无人登录', '任务仅在用户登录时运行，当时无人登录'],
  launch_failed: ['任务计划程序无法启动运行程序（{{resultCodeHex}}）', '任务计划程序无法启动运行程序'],
  runner_failed: ['运行程序启动后没有任何消息就结束了（{{resultCodeHex}}）', '运行程序启动后没有任何消息就结束了'],
  on_battery: '主机当时使用电池供电',
  no_network: '任务要求的网络当时不可用',
  not_idle: '主机当时不空闲',
  service_busy: '任务计划程序过于繁忙',
  refused: ['任务计划程序拒绝启动：不满足任务的条件（{{resultCodeHex}}）', '任务计划程序拒绝启动：不满足任务的条件'],
  overlap: '上一次运行尚未结束',
  missed: '当时主机关机、睡眠或任务计划程序未运行，错过的启动不会补上',
};

/** What became of all starts that waited for word from their host, beside what became of the first. */
export const ofAllThatWaited = '（所有等待的：{{counts}}）';

export const verdictNames: Readonly<Record<ExpectedVerdict, string>> = {
  ran: '已运行',
  ran_late: '延迟运行',
  running: '正在运行',
  skipped: '已放过',
  missed: '已错过',
  host_unknown: '未知',
  not_expected: '不应运行',
  open: '尚无结论',
};
