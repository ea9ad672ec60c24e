import type { AlertReasonCode, SystemFaultCode } from '../../alert/alert-reasons.js';
import type { RefusalCode } from '../../signing/refusal.js';
import type { DriftKind } from '../../state/states.js';
import type { Said } from '../say.js';

/** What alerts and incidents say they are about. */
export const alertReasons: Readonly<Record<AlertReasonCode, Said>> = {
  consecutive_failures: '连续 {{failures}} 次运行失败',
  timed_out: '连续 {{timeouts}} 次运行超时',
  failures: '最近 {{runs}} 次运行中有 {{failures}} 次失败',
  failure_rate: [
    '{{window}} 内 {{runs}} 次运行中有 {{failures}} 次失败，占 {{sharePercent}} %，上限为 {{limitPercent}} %',
    '{{runs}} 次运行中有 {{failures}} 次失败，占 {{sharePercent}} %，上限为 {{limitPercent}} %',
  ],
  exit_code: ['以退出码 {{exitCode}} 结束：{{exitCodeMeans}}', '以退出码 {{exitCode}}（{{exitCodeHex}}）结束'],
  output: '输出内容：{{matched}}',
  log_level: '日志记录了 {{level}}：{{message}}',
  longer_than: ['已运行或用时 {{took}}，上限为 {{limit}}（通常 {{usual}}）', '已运行或用时 {{took}}，上限为 {{limit}}'],
  missed: ['{{missed}} 次运行没有发生，最近一次：{{causeMeans}}', '{{missed}} 次运行没有发生'],
  no_success: '已有 {{silent}} 没有成功运行，上限为 {{limit}}',
  host_online: '主机已恢复',
  host_offline: ['主机已有 {{elapsed}} 没有消息；它应运行 {{jobs}} 个作业：{{names}}', '主机已有 {{elapsed}} 没有消息'],
  cpu_above: [
    'CPU 使用率高于 {{above}} % 已有 {{elapsed}}，目前 {{percent}} %',
    'CPU 使用率高于 {{above}} % 已有 {{elapsed}}',
  ],
  cpu_below: 'CPU 使用率为 {{percent}} %',
  memory_above: [
    '内存使用率高于 {{above}} % 已有 {{elapsed}}，目前 {{percent}} %',
    '内存使用率高于 {{above}} % 已有 {{elapsed}}',
  ],
  memory_below: '内存使用率为 {{percent}} %',
  disk_above: [
    '磁盘使用率高于 {{above}} % 已有 {{elapsed}}，目前 {{percent}} %',
    '磁盘使用率高于 {{above}} % 已有 {{elapsed}}',
  ],
  disk_below: '磁盘使用率为 {{percent}} %',
  clock_skew: '主机时钟与服务器相差 {{ahead}}，上限为 {{limit}}',
  spool_loss: '主机在中心收到之前放弃了 {{runEvents}} 条运行事件',
  drift: '主机上的任务{{driftMeans}}',
  rejected: ['主机拒绝了作业定义：{{whyMeans}}', '主机拒绝了作业定义'],
  failed: ['主机未能注册作业定义：{{whyMeans}}', '主机未能注册作业定义'],
  storm: '告警风暴：5 分钟内 {{by}} 为 {{value}} 的事件超过 {{more}} 个',
  not_watched: '已没有策略关注它',
};

/** How an alert ended, whatever it was about. */
export const alertEnds: readonly string[] = ['连续 {{goods}} 次运行正常，最近一次为 {{at}}', '已恢复'];

/** Faults of the product itself, but for what is not signed; `name` is what follows the colon in the part, `endpoint:mail`. */
export const ownFaults: Readonly<Record<Exclude<SystemFaultCode, RefusalCode>, Said>> = {
  subscription_stopped: '订阅 {{name}} 已停止，不再发送事件',
  channel_stopped: '渠道 {{name}} 已停止，不再发送通知',
  breaker_open: '{{name}} 的地址不接收发送的内容，稍后会自动重试',
  rollout_halted: '作业 {{name}} 的分批发布已自动停止',
  secret_expires: '{{name}} 即将到期或已到期',
  secrets_closed: '此服务器的密钥文件无法打开部分已保存的机密',
  audit_late: '有未解决的事件等待告警引擎超过 5 分钟',
  audit_forgotten: '有未解决的事件还有后续步骤，却没有安排处理时间',
  audit_loose: '有告警触发超过 5 分钟仍没有事件',
  audit_untried: '有通知到期超过 5 分钟仍未尝试发送',
  audit_chain_broken: '审计记录的哈希链不一致',
  audit_forward_late: '审计记录长时间没有发送到 {{name}}',
  self_watch_silent: '测试故障没有按时传达：告警可能无法送达',
};

export const driftKinds: Readonly<Record<DriftKind, string>> = {
  deleted: '已被删除',
  disabled: '已被停用',
  edited: '已被修改',
  unreadable: '已无法读取',
};
