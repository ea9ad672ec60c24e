import type { ScheduleTextCode } from '@carillon/core/job/schedule-texts';

/** What an entry of a schedule is, and what stands beside it. */
export const scheduleWords: Readonly<Record<ScheduleTextCode, string>> = {
  after_end: '上次运行结束 {{duration}} 后',
  after_job: '{{job}} 结束之后',
  after_job_failure: '{{job}} 失败之后',
  after_job_success: '{{job}} 成功之后',
  at_logon: '登录时',
  at_startup: '开机时',
  event: '出现事件 {{event}} 时',
  every: '每 {{duration}}',
  except_day: '{{day}} 除外',
  except_days: '{{count}} 个日期或时段除外',
  file: '{{file}} 到达时',
  metric: '{{metric}} 高于 {{percent}} % 达 {{duration}} 时',
  once: '一次，{{local}}',
  once_zone: '一次，{{local}}（{{timezone}}）',
  only_day: '仅 {{day}}',
  only_days: '仅 {{count}} 个日期或时段',
  spread: '在 {{duration}} 内分散',
};
