import { describeDuration } from '../../job/describe-schedule.js';
import type { AlertSeverity, NoticeReason } from '../../state/states.js';
import { roughly } from '../incident/resolution.js';
import type { Spread } from '../incident.js';
import type { Resolution } from '../notice.js';

interface Words {
  readonly reasons: Readonly<Record<NoticeReason, string>>;
  readonly severities: Readonly<Record<AlertSeverity, string>>;
  readonly severity: string;
  readonly policy: string;
  readonly job: string;
  readonly host: string;
  readonly exitCode: string;
  readonly spread: string;
  readonly examples: string;
  readonly openedAt: string;
  readonly resolvedAt: string;
  readonly lasted: string;
  readonly recoveredBy: string;
  readonly acknowledgedBy: string;
  readonly assignee: string;
  readonly incident: string;
  readonly acknowledge: string;
  readonly run: string;
  readonly runbook: string;
  spreadText(spread: Spread): string;
  /** `90_000` ms, in units of the language. */
  duration(ms: number): string;
  /** How it ended. @param text the same in English */
  resolved(resolution: Resolution, text: string): string;
  /** At the end of a list. */
  andMore(count: number): string;
  /** Said by a telephone. */
  spoken(severity: string, text: string): string;
}

/** What notices say, in each language. */
export const words: Readonly<Record<'en' | 'zh', Words>> = {
  en: {
    reasons: {
      opened: 'opened',
      updated: 'updated',
      repeat: 'still open',
      escalated: 'escalated',
      acked: 'acknowledged',
      resolved: 'resolved',
      reopened: 'opened again',
      digest: 'several alerts',
      test: 'test notice',
      report: 'report',
    },
    severities: { low: 'low', medium: 'medium', high: 'HIGH' },
    severity: 'Severity',
    policy: 'Policy',
    job: 'Job',
    host: 'Host',
    exitCode: 'Exit code',
    spread: 'Spread',
    examples: 'Hosts',
    openedAt: 'Opened',
    resolvedAt: 'Resolved',
    lasted: 'Lasted',
    recoveredBy: 'Recovered by',
    acknowledgedBy: 'Acknowledged by',
    assignee: 'Assigned to',
    incident: 'Incident',
    acknowledge: 'Acknowledge',
    run: 'Run',
    runbook: 'Runbook',
    spreadText: ({ hosts, hostsOfJob, firing }) =>
      `${hosts}${hostsOfJob === null ? '' : ` of ${hostsOfJob}`} hosts, ${firing} alerts firing`,
    duration: describeDuration,
    resolved: (_resolution, text) => text,
    andMore: (count) => `and ${count} more`,
    spoken: (severity, text) => `This is Carillon. Severity ${severity}. ${text}`,
  },
  zh: {
    reasons: {
      opened: '已触发',
      updated: '有更新',
      repeat: '仍未解决',
      escalated: '已升级',
      acked: '已确认',
      resolved: '已恢复',
      reopened: '再次触发',
      digest: '多条告警汇总',
      test: '测试通知',
      report: '报告',
    },
    severities: { low: '低', medium: '中', high: '高' },
    severity: '级别',
    policy: '策略',
    job: '作业',
    host: '主机',
    exitCode: '退出码',
    spread: '影响范围',
    examples: '主机',
    openedAt: '开始时间',
    resolvedAt: '恢复时间',
    lasted: '持续时间',
    recoveredBy: '恢复依据',
    acknowledgedBy: '确认人',
    assignee: '负责人',
    incident: '事件',
    acknowledge: '确认',
    run: '运行记录',
    runbook: '处理手册',
    spreadText: ({ hosts, hostsOfJob, firing }) =>
      `${hosts}${hostsOfJob === null ? '' : ` / ${hostsOfJob}`} 台主机,${firing} 条告警`,
    duration: durationInChinese,
    resolved: resolvedInChinese,
    andMore: (count) => `另有 ${count} 次`,
    spoken: (severity, text) => `这里是 Carillon。级别${severity}。${text}`,
  },
};

const unitsInChinese: Readonly<Record<string, string>> = { d: ' 天 ', h: ' 小时 ', m: ' 分 ', s: ' 秒 ' };

/** `2 小时 10 分`. */
export function durationInChinese(ms: number): string {
  return describeDuration(ms)
    .replace(/[dhms]/g, (unit) => unitsInChinese[unit] ?? unit)
    .trim();
}

function resolvedInChinese({ by, goodRuns, host, evidence, alerts, lastedMs }: Resolution): string {
  const lasted = `持续 ${durationInChinese(roughly(lastedMs))}`;
  if (by !== null) return `由 ${by} 手动结束,${lasted}`;
  const where = host === null ? '' : `${host} 上`;
  const runs = (count: number, at: string) =>
    count === 1 ? `${at} 的运行已成功` : `连续 ${count} 次运行正常,最近一次为 ${at}`;
  const why = goodRuns ? `${where}${runs(goodRuns.count, goodRuns.at)}` : evidence;
  return [why, alerts > 0 ? `全部 ${alerts} 条告警均已恢复` : '已恢复', lasted].filter(Boolean).join(',');
}
