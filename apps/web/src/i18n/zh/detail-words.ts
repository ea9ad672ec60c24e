import type { RunDetailCode } from '@carillon/core/run/detail-texts';

/** What a host says of a run beside its reason. */
export const runDetails: Readonly<Record<RunDetailCode, string>> = {
  condition_cpu: 'CPU 使用率 {{percent}} %，应低于 {{limit}} %',
  condition_cpu_unknown: 'CPU 使用率未知，应低于 {{limit}} %',
  condition_file: '没有文件 {{file}}',
  condition_memory: '内存使用率 {{percent}} %，应低于 {{limit}} %',
  condition_memory_unknown: '内存使用率未知，应低于 {{limit}} %',
  ends_run: '正在结束运行 {{runs}}',
  no_cmd: '批处理文件需要 cmd.exe，此主机没有：{{file}}',
  not_executable: '不是可执行文件：{{program}}',
  not_replaced: '运行 {{runs}} 未能在 {{seconds}} 秒内结束',
  orphaned: '最后一次收到中心的消息是 {{since}}；失联 {{days}} 天后，该作业不再启动（orphans）',
  overlap: '运行 {{run}} 尚未结束',
  paused: '被 {{by}} 暂停至 {{until}}',
  paused_because: '被 {{by}} 暂停至 {{until}}：{{note}}',
  program_not_found: '找不到程序：{{program}}',
  queue_full: '已有 {{waiting}} 次运行在排队，应少于 {{limit}} 次',
  runner_lost: '运行在等待时，其运行程序已结束',
  secret_missing:
    '此主机上没有机密 {{name}}；请用 carillon secret set {{same}} --jobs 提供，或在主机上用 carillon-agent secret set {{again}}',
  secret_unreadable: '无法读取此主机的机密：{{said}}',
  stopped_before: '程序启动之前已被停止',
  waits_for_run: '等待运行 {{runs}} 结束',
};
