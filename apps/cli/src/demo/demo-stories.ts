import type { ToldRun } from '@carillon/contract/fleet/demo-messages';
import { cast } from './demo-job.js';

/** Something that went wrong: its runs are told, and the alert engine makes of them what it makes of any. */
export interface Story {
  readonly job: string;
  readonly hosts: readonly string[];
  /** When it began, in hours before now. */
  readonly agoHours: number;
  readonly exitCode: number;
  readonly stderr: string;
  readonly answer?: { readonly by: string; readonly note: string };
  /** How long it took; absent: it goes on. */
  readonly tookHours?: number;
}

/** What is over. */
export const pastStories: readonly Story[] = [
  {
    ...{ job: 'erp-invoice-run', hosts: ['hamburg-erp-01'], agoHours: 137, exitCode: 1, tookHours: 3.2 },
    stderr: 'invoice.exe: the printer queue INV-02 does not exist',
    answer: { by: 'ann', note: 'The queue was renamed on Friday. Named it as before.' },
  },
  {
    ...{
      job: 'sql-full-backup',
      hosts: ['munich-db-01', 'hamburg-db-01', 'london-db-01'],
      agoHours: 98,
      exitCode: 1,
      tookHours: 1.6,
    },
    stderr:
      'Msg 3201: Cannot open backup device E:\\Backup. Operating system error 53 (The network path was not found.).',
    answer: { by: 'ben', note: 'The NAS restarted for its firmware. Backups were started again by hand.' },
  },
  {
    ...{ job: 'shanghai-daily-report', hosts: ['shanghai-erp-01'], agoHours: 74, exitCode: 1, tookHours: 0.7 },
    stderr: '错误：无法连接数据库 SH-ORDERS（超时）',
    answer: { by: '王芳', note: '数据库维护，已恢复。' },
  },
  {
    ...{ job: 'sql-log-backup', hosts: ['chicago-db-01'], agoHours: 51, exitCode: 1, tookHours: 2.1 },
    stderr: 'Msg 4214: BACKUP LOG cannot be performed because there is no current database backup.',
  },
  {
    ...{ job: 'erp-nightly-close', hosts: ['chicago-erp-01'], agoHours: 33, exitCode: 3, tookHours: 5.4 },
    stderr: 'a posting of account 4711 has no counterpart',
    answer: { by: 'ann', note: 'Finance corrected the posting.' },
  },
];

/** What goes on. The jobs fail on, by their plays. */
export const openStories: readonly Story[] = [
  {
    ...{ job: 'sql-full-backup', hosts: cast.backups, agoHours: 1.2, exitCode: 112 },
    stderr:
      '消息 3202，级别 16，状态 1\r\n写入 "E:\\Backup\\orders.bak" 失败：112（磁盘空间不足。）\r\nBACKUP DATABASE 正在异常终止。\r\n',
  },
  {
    ...{ job: 'erp-orders-sync', hosts: [cast.erp], agoHours: 0.9, exitCode: 1 },
    stderr: 'ORA-00060: deadlock detected while waiting for resource\r\nrolled back 41 orders\r\n',
    answer: { by: 'ann', note: 'The vendor looks at the locks; ticket at their side.' },
  },
  {
    ...{ job: 'file-share-backup', hosts: [cast.share], agoHours: 0.8, exitCode: 16 },
    stderr: 'ERROR 121 (0x00000079) The semaphore timeout period has expired.\r\n',
  },
  {
    ...{ job: 'sales-report-eu', hosts: [cast.report], agoHours: 0.6, exitCode: 1 },
    stderr: 'sales.ps1: the view dbo.v_sales_yesterday does not exist\r\n',
  },
  {
    ...{ job: 'payment-gateway-ping', hosts: [cast.payment], agoHours: 0.1, exitCode: 1 },
    stderr: 'POST https://pay.example.com/ping: 503 Service Unavailable after 2214 ms\r\n',
  },
];

const attempts = 2;
const betweenMs = 150_000;
const hourMs = 3_600_000;

/** The runs that went wrong, each twice in a row. */
export function failedRunsOf(story: Story, nowMs: number): ToldRun[] {
  const { job, hosts, agoHours, exitCode, stderr } = story;
  const beganMs = nowMs - agoHours * hourMs;
  return hosts.flatMap((host) =>
    Array.from({ length: attempts }, (_, index) => ({
      ...{ host, job, exitCode, stderr, stdout: 'started\r\n' },
      startedMs: beganMs + index * betweenMs,
      durationMs: 31_000,
    })),
  );
}

/** The runs with which it was over. */
export function goodRunsOf(story: Story, nowMs: number): ToldRun[] {
  const { job, hosts, agoHours, tookHours = 0 } = story;
  const startedMs = nowMs - (agoHours - tookHours) * hourMs;
  return hosts.map((host) => ({
    ...{ host, job, startedMs, exitCode: 0, stderr: '', stdout: 'started\r\ndone\r\n' },
    durationMs: 47_000,
  }));
}
