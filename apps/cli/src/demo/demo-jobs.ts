import type { PlayFailure, PlayScript } from '@carillon/contract/fleet/demo-messages';

/** A job of the demo: its file, the policies it names once they are there, and how it goes. */
export interface DemoJob {
  readonly file: Readonly<Record<string, unknown>> & { readonly name: string };
  readonly alerts: readonly string[];
  readonly play: PlayScript;
}

interface Parts {
  readonly about: string;
  readonly owner: string;
  readonly for: Readonly<Record<string, unknown>>;
  readonly when: unknown;
  readonly run: unknown;
  /** Seconds, shortest and longest. */
  readonly takes: readonly [number, number];
  readonly says?: readonly string[];
  readonly fails?: readonly PlayFailure[];
  readonly alerts?: readonly string[];
  readonly more?: Readonly<Record<string, unknown>>;
}

function job(name: string, parts: Parts): DemoJob {
  const { about, owner, for: targets, when: schedule, run, takes, says = [], fails = [], alerts = [], more } = parts;
  return {
    file: { kind: 'Job', name, description: about, owner, targets, schedule, run, ...more },
    alerts,
    play: { shortestMs: takes[0] * 1_000, longestMs: takes[1] * 1_000, says, failures: fails },
  };
}

const labels = (of: Record<string, string>) => ({ labels: of });
const some = (hosts: readonly string[]) => ({ hosts: [...hosts] });
const script = (name: string, ...more: string[]) => ({
  program: 'powershell.exe',
  arguments: ['-File', `D:\\Scripts\\${name}`, ...more],
});

/** One run in `1 / rate` goes wrong, anywhere. */
const now = (rate: number, exitCode: number | null, ...says: string[]): PlayFailure => ({
  ...{ hosts: null, rate, exitCode, says, sinceHours: null, untilHours: null },
});
/** Goes wrong on these hosts since so many hours before the demo began. */
const since = (hours: number, hosts: readonly string[], exitCode: number | null, ...says: string[]): PlayFailure => ({
  ...{ hosts, rate: 1, exitCode, says, sinceHours: hours, untilHours: null },
});

/** Hosts that have a part in the stories, which a small fleet has too. */
export const cast = {
  payment: 'berlin-app-01',
  erp: 'berlin-erp-01',
  backups: ['shanghai-db-01', 'shanghai-db-02', 'shanghai-db-03', 'shenzhen-db-01'],
  share: 'munich-file-01',
  drift: 'hamburg-web-01',
  report: 'london-app-01',
} as const;

const nightly: readonly DemoJob[] = [
  job('sql-full-backup', {
    ...{ about: 'Full backup of all databases', owner: 'dba', for: labels({ role: 'db' }), when: '0 2 * * *' },
    run: { program: 'sqlcmd.exe', arguments: ['-E', '-i', 'D:\\DBA\\full-backup.sql'] },
    takes: [240, 1_500],
    says: [
      "Processed {n:120000-980000} pages for database 'orders', file 'orders_data' on file 1.",
      '100 percent processed.',
      'BACKUP DATABASE successfully processed {n:120000-980000} pages in {n:40-900}.{n:100-999} seconds ({n:90-410}.{n:100-999} MB/sec).',
    ],
    fails: [
      since(
        30,
        cast.backups,
        112,
        '消息 3202，级别 16，状态 1',
        '写入 "E:\\Backup\\orders_{date}.bak" 失败：112（磁盘空间不足。）',
        'BACKUP DATABASE 正在异常终止。',
      ),
      now(0.01, 1, 'Msg 3013, Level 16, State 1: BACKUP DATABASE is terminating abnormally.'),
    ],
    alerts: ['nightly-backups', 'failing'],
    more: { timeout: '2h', retry: { attempts: 2, delay: '5m' } },
  }),
  job('sql-log-backup', {
    ...{
      about: 'Transaction logs, every two hours',
      owner: 'dba',
      for: labels({ role: 'db', env: 'prod' }),
      when: { every: '2h' },
    },
    run: { program: 'sqlcmd.exe', arguments: ['-E', '-i', 'D:\\DBA\\log-backup.sql'] },
    takes: [4, 40],
    says: ['BACKUP LOG successfully processed {n:100-9000} pages in {n:1-20}.{n:100-999} seconds.'],
    fails: [now(0.004, 1, 'Msg 4214: BACKUP LOG cannot be performed because there is no current database backup.')],
    alerts: ['failing'],
  }),
  job('backup-verify', {
    ...{
      about: "Restores last night's backup beside the real database",
      owner: 'dba',
      for: labels({ role: 'db', env: 'prod' }),
      when: '0 5 * * *',
    },
    run: script('verify-backup.ps1'),
    takes: [200, 1_200],
    says: [
      'restoring orders_{date}.bak',
      'DBCC CHECKDB found 0 allocation errors and 0 consistency errors',
      'verified in {n:200-1200} s',
    ],
    fails: [since(28, cast.backups, 2, 'no backup of {date} was found in E:\\Backup')],
  }),
  job('sql-index-maintenance', {
    ...{
      about: 'Rebuilds fragmented indexes on Sundays',
      owner: 'dba',
      for: labels({ role: 'db' }),
      when: '0 1 * * 0',
    },
    ...{
      run: script('index-maintenance.ps1'),
      takes: [600, 3_000] as const,
      says: ['{n:20-180} indexes rebuilt, {n:100-900} reorganized'],
    },
    more: { timeout: '4h' },
  }),
  job('file-share-backup', {
    ...{
      about: 'Mirrors shares to the second site',
      owner: 'storage',
      for: labels({ role: 'file' }),
      when: '0 2 * * *',
    },
    run: { program: 'robocopy.exe', arguments: ['D:\\Shares', '\\\\nas\\mirror', '/MIR', '/R:1'] },
    takes: [300, 2_400],
    says: [
      '   Files : {n:90000-400000}   {n:200-4000}   {n:90000-390000}   0   0   {n:0-9}',
      '   Bytes : {n:300-900}.2 g   {n:1-40}.7 g   {n:300-880}.5 g   0   0   0',
      '   Ended : {date} {time}',
    ],
    fails: [
      since(
        50,
        [cast.share],
        null,
        'ERROR 121 (0x00000079) The semaphore timeout period has expired. Waiting 30 seconds... Retrying...',
      ),
    ],
    alerts: ['nightly-backups', 'failing'],
    more: { timeout: '90m', exitCodes: { success: ['0-3'], warning: ['4-7'] } },
  }),
  job('mailbox-archive', {
    ...{
      about: 'Moves old mail into the archive',
      owner: 'messaging',
      for: labels({ role: 'mail' }),
      when: '0 2 * * *',
    },
    ...{
      run: script('archive.ps1'),
      takes: [120, 900] as const,
      says: ['{n:20-90} mailboxes, {n:1000-9000} messages archived'],
    },
  }),
  job('windows-update-scan', {
    ...{
      about: 'Looks for missing updates',
      owner: 'platform',
      for: { all: true },
      when: [{ cron: '0 2 * * *', timezone: 'Europe/Berlin' }],
      run: script('update-scan.ps1'),
    },
    ...{ takes: [20, 180] as const, says: ['{n:0-4} updates are missing'] },
    fails: [now(0.015, 0x8024_402c, 'Windows Update: 0x8024402C, the proxy could not be reached')],
  }),
  job('iis-log-compress', {
    ...{
      about: 'Packs the logs of yesterday',
      owner: 'web',
      for: labels({ role: 'web' }),
      when: '0 2 * * *',
      run: script('pack-logs.ps1'),
    },
    ...{ takes: [10, 120] as const, says: ['u_ex{n:250101-261231}.log: {n:20-900} MB to {n:2-60} MB', 'done'] },
  }),
  job('artifact-cleanup', {
    ...{
      about: 'Removes old build results',
      owner: 'build',
      for: labels({ role: 'build' }),
      when: '0 2 * * *',
      run: script('artifacts.ps1'),
    },
    ...{ takes: [30, 240] as const, says: ['{n:10-300} builds removed, {n:4-90} GB freed'] },
  }),
  job('erp-invoice-run', {
    ...{
      about: 'Invoices of the day',
      owner: 'finance',
      for: labels({ role: 'erp', env: 'prod' }),
      when: '15 1 * * *',
    },
    run: { program: 'D:\\ERP\\bin\\invoice.exe', arguments: ['--date', '{{scheduledFor:yyyy-MM-dd}}'] },
    ...{ takes: [300, 1_300] as const, says: ['{n:900-4200} invoices, {n:0-3} held back', 'posted'] },
    alerts: ['failing'],
  }),
  job('erp-nightly-close', {
    ...{
      about: 'Closes the books of the day',
      owner: 'finance',
      for: labels({ role: 'erp', env: 'prod' }),
      when: '30 23 * * *',
    },
    run: { program: 'D:\\ERP\\bin\\close.exe' },
    ...{ takes: [400, 1_800] as const, says: ['periods closed: {n:1-4}', 'balance is zero'] },
    fails: [now(0.03, 3, 'a posting of account {n:1000-9999} has no counterpart')],
    alerts: ['failing'],
  }),
  job('log-cleanup', {
    ...{
      about: 'Deletes logs older than 30 days',
      owner: 'platform',
      for: { all: true },
      when: [{ cron: '30 3 * * *', jitter: '4h' }],
    },
    ...{
      run: script('clean-logs.ps1', '-Days', '30'),
      takes: [2, 60] as const,
      says: ['{n:0-900} files deleted, {n:0-40} GB freed'],
    },
    fails: [now(0.006, 5, "Access to the path 'C:\\Windows\\Temp\\{n:100-999}.tmp' is denied.")],
  }),
  job('app-pool-recycle', {
    ...{
      about: 'Recycles application pools before the day',
      owner: 'web',
      for: labels({ role: 'app', env: 'prod' }),
      when: '0 4 * * *',
    },
    ...{ run: script('recycle.ps1'), takes: [5, 40] as const, says: ['{n:2-9} pools recycled'] },
  }),
  job('nightly-build', {
    ...{
      about: 'Builds everything once a day',
      owner: 'build',
      for: labels({ role: 'build' }),
      when: '0 22 * * 1-5',
      run: { batch: 'call D:\\build\\all.cmd' },
    },
    ...{ takes: [900, 3_000] as const, says: ['{n:120-180} projects, {n:3000-5200} tests passed'] },
    fails: [now(0.12, 1, "error CS0246: The type or namespace name 'OrderLine' could not be found", 'Build FAILED.')],
    more: { timeout: '2h' },
  }),
];

const daily: readonly DemoJob[] = [
  job('disk-monitor', {
    ...{
      about: 'Reports disks that fill up',
      owner: 'platform',
      for: { all: true },
      when: [{ cron: '0 */6 * * *', jitter: '5h' }],
      run: script('diskcheck.ps1'),
    },
    ...{ takes: [1, 8] as const, says: ['C: {n:40-70} % of 127 GB', 'D: {n:40-80} % of 931 GB'] },
    fails: [
      {
        ...now(0.5, 3, 'D: is {n:88-94} % full'),
        hosts: ['berlin-file-01', 'munich-file-01', 'chicago-file-01', 'shanghai-db-01'],
      },
    ],
    more: { timeout: '10m', exitCodes: { warning: ['1-7'] } },
  }),
  job('antivirus-signatures', {
    ...{
      about: 'Takes new signatures',
      owner: 'security',
      for: { all: true },
      when: [{ cron: '10 */12 * * *', jitter: '8h' }],
    },
    ...{ run: { program: 'MpCmdRun.exe', arguments: ['-SignatureUpdate'] }, takes: [4, 60] as const },
    fails: [
      since(60, ['chicago-pos-01'], 127, "'MpCmdRun.exe' is not recognized as an internal or external command"),
      now(0.004, 0x8050_8007, 'Signature update: 0x80508007'),
    ],
  }),
  job('certificate-check', {
    ...{
      about: 'Warns four weeks before a certificate ends',
      owner: 'security',
      for: labels({ role: 'web' }),
      when: '0 6 * * *',
      run: script('certificates.ps1'),
    },
    ...{ takes: [1, 6] as const, says: ['{n:3-12} certificates, the next ends in {n:29-340} days'] },
    fails: [{ ...now(1, 2, 'shop.example.com ends in {n:3-9} days'), hosts: ['berlin-web-02'] }],
    more: { exitCodes: { warning: [2] } },
  }),
  job('cdn-cache-warm', {
    ...{
      about: 'Fetches the first pages once',
      owner: 'web',
      for: labels({ role: 'web', region: 'emea' }),
      when: '15 5 * * *',
      run: script('warm.ps1'),
    },
    ...{ takes: [20, 90] as const, says: ['{n:200-400} pages, slowest {n:200-1900} ms'] },
    more: { onDrift: 'leave' },
  }),
  job('pos-price-update', {
    ...{
      about: 'New prices for the tills',
      owner: 'retail',
      for: labels({ role: 'pos' }),
      when: '30 5 * * *',
      run: { program: 'D:\\POS\\prices.exe' },
    },
    ...{ takes: [10, 60] as const, says: ['{n:10-900} prices changed'] },
  }),
  job('pos-day-end', {
    ...{
      about: 'Cash report of the day',
      owner: 'retail',
      for: labels({ role: 'pos' }),
      when: '30 21 * * *',
      run: { program: 'D:\\POS\\dayend.exe' },
    },
    ...{ takes: [20, 80] as const, says: ['takings {n:2000-18000}.{n:10-99} EUR, difference 0.00'] },
  }),
  job('shadow-copy', {
    ...{
      about: 'Earlier versions for users',
      owner: 'storage',
      for: labels({ role: 'file' }),
      when: '0 7,12 * * *',
      run: { program: 'vssadmin.exe', arguments: ['create', 'shadow', '/for=D:'] },
    },
    ...{ takes: [3, 30] as const, says: ["Successfully created shadow copy for 'D:\\'"] },
  }),
  job('quota-report', {
    ...{
      about: 'Who uses most, every Monday',
      owner: 'storage',
      for: labels({ role: 'file' }),
      when: '0 7 * * 1',
      run: script('quota.ps1'),
    },
    ...{ takes: [30, 200] as const, says: ['top folder: \\\\{host}\\home\\{pick:ann|ben|chen|dana} {n:40-400} GB'] },
  }),
  job('sales-report-eu', {
    ...{
      about: 'Sales of yesterday, by mail',
      owner: 'finance',
      for: some([cast.report]),
      when: '30 6 * * 1-5',
      run: script('sales.ps1'),
    },
    ...{
      takes: [20, 120] as const,
      says: ['orders: {n:2000-9000}', 'revenue: {n:200000-900000} EUR', 'mail sent to sales@example.com'],
    },
    fails: [since(40, [cast.report], 1, 'sales.ps1: the view dbo.v_sales_yesterday does not exist')],
    alerts: ['failing'],
  }),
  job('shanghai-daily-report', {
    ...{
      about: '上海日报表：销售、库存与回款',
      owner: '财务部',
      for: labels({ site: 'shanghai', role: 'erp' }),
      when: '0 8 * * *',
      run: script('日报.ps1'),
    },
    ...{
      takes: [30, 200] as const,
      says: [
        '正在汇总 {date} 的数据',
        '订单 {n:800-3000} 笔，金额 {n:200000-900000} 元',
        '库存预警 {n:0-12} 项',
        '报表已发送',
      ],
    },
    fails: [now(0.1, 1, '错误：无法连接数据库 SH-ORDERS（超时）')],
    alerts: ['failing'],
  }),
  job('exchange-rates', {
    ...{
      about: 'Rates of the central bank, after they are out in Shanghai',
      owner: 'finance',
      for: labels({ role: 'erp', env: 'prod' }),
      run: script('rates.ps1'),
    },
    ...{
      when: [{ cron: '30 9 * * 1-5', timezone: 'Asia/Shanghai' }],
      takes: [2, 12] as const,
      says: ['EUR/CNY {n:7-7}.{n:6000-9900}, USD/CNY 7.{n:1000-2900}'],
    },
  }),
  job('software-inventory', {
    ...{
      about: 'What is installed, once a week',
      owner: 'platform',
      for: { all: true },
      when: [{ cron: '0 12 * * 3', jitter: '2h' }],
      run: script('inventory.ps1'),
    },
    ...{ takes: [10, 90] as const, says: ['{n:40-160} programs, {n:0-4} changed since last week'] },
  }),
  job('license-check', {
    ...{
      about: 'Licences that end soon',
      owner: 'platform',
      for: labels({ role: 'app' }),
      when: '0 8 * * 1',
      run: script('licenses.ps1'),
    },
    ...{ takes: [2, 10] as const, says: ['no licence ends within 30 days'] },
  }),
  job('capacity-report', {
    ...{
      about: 'Capacity, on the first of the month',
      owner: 'platform',
      for: labels({ role: 'db', env: 'prod' }),
      when: '0 7 1 * *',
      run: script('capacity.ps1'),
    },
    ...{ takes: [30, 120] as const, says: ['full in {n:60-900} days at this rate'] },
  }),
  job('patch-reboot', {
    ...{
      about: 'Restarts after updates; switched off until the change is approved',
      owner: 'platform',
      for: labels({ role: 'web' }),
      when: '0 3 * * 6',
    },
    ...{
      run: { program: 'shutdown.exe', arguments: ['/r', '/t', '60'] },
      takes: [60, 90] as const,
      more: { enabled: false },
    },
  }),
];

const oftenly: readonly DemoJob[] = [
  job('payment-gateway-ping', {
    ...{
      about: 'Is the payment gateway there? Every minute',
      owner: 'payments',
      for: some([cast.payment]),
      when: '* * * * *',
    },
    ...{ run: script('ping-gateway.ps1'), takes: [0.2, 2] as const },
    fails: [
      since(0.5, [cast.payment], 1, 'POST https://pay.example.com/ping: 503 Service Unavailable after {n:900-4000} ms'),
    ],
    alerts: ['core-service'],
    more: { timeout: '30s' },
  }),
  job('crm-api-sync', {
    ...{
      about: 'Customers to and from the CRM',
      owner: 'sales-it',
      for: some(['berlin-app-01', 'chicago-app-01']),
      when: '*/5 * * * *',
    },
    ...{ run: { program: 'D:\\crm\\sync.exe', arguments: ['--since', 'last'] }, takes: [3, 45] as const },
    says: ['GET /v2/customers?since={date}T{time}Z 200 ({n:0-400} changed)', 'PUT /v2/customers 204 ({n:0-60} sent)'],
    fails: [now(0.03, 75, 'HTTP 429 Too Many Requests, Retry-After: 30')],
    alerts: ['error-rate'],
    more: { timeout: '4m', retry: { attempts: 3, delay: '20s', on: [75] } },
  }),
  job('erp-orders-sync', {
    ...{
      about: 'Orders from the shop to the ERP',
      owner: 'data-team',
      for: labels({ role: 'erp', region: 'emea' }),
      when: '*/15 * * * *',
    },
    ...{
      run: { program: 'D:\\ERP\\bin\\orders.exe' },
      takes: [5, 90] as const,
      says: ['{n:0-240} orders read', '{n:0-240} orders written'],
    },
    fails: [
      since(
        26,
        [cast.erp],
        1,
        'ORA-00060: deadlock detected while waiting for resource',
        'rolled back {n:10-90} orders',
      ),
    ],
    alerts: ['failing', 'error-rate'],
    more: { timeout: '10m', onOverlap: 'queue' },
  }),
  job('stock-prices', {
    ...{
      about: 'Prices while the exchange is open',
      owner: 'finance',
      for: some(['shanghai-erp-01', 'london-app-01']),
      when: '*/10 8-18 * * 1-5',
    },
    ...{ run: script('stock.ps1'), takes: [1, 9] as const, says: ['{n:120-300} prices'] },
    fails: [now(0.02, 1, 'the feed answered 502')],
  }),
  job('web-health-check', {
    ...{
      about: 'Asks each site for its start page',
      owner: 'web',
      for: labels({ role: 'web', site: 'berlin' }),
      when: '*/30 * * * *',
      run: script('health.ps1'),
    },
    ...{
      takes: [0.5, 6] as const,
      fails: [now(0.03, 1, 'GET https://{host}.example.com/ took {n:5000-30000} ms')],
      alerts: ['error-rate'],
    },
  }),
  job('metrics-to-log', {
    ...{
      about: 'Counters of IIS into a log',
      owner: 'web',
      for: labels({ role: 'web', site: 'munich' }),
      when: '5 * * * *',
      run: script('metrics.ps1'),
    },
    ...{ takes: [1, 6] as const, says: ['cpu={n:5-80} mem={n:30-90} requests={n:0-900} errors={n:0-4}'] },
    fails: [now(0.01, 1, 'Get-Counter: The specified counter path could not be interpreted.')],
  }),
  job('config-sync', {
    ...{
      about: 'Configuration from Git to test hosts',
      owner: 'platform',
      for: labels({ env: 'test' }),
      when: '20 */2 * * *',
      run: { batch: 'git -C D:\\config pull --ff-only' },
    },
    ...{ takes: [1, 20] as const, says: ['{pick:Already up to date.|Updating 3f2c1ab..9e77d10|Already up to date.}'] },
    fails: [now(0.01, 128, "fatal: unable to access 'https://git.example.com/config.git/': Could not resolve host")],
  }),
  job('dfs-replication-check', {
    ...{
      about: 'Backlog between file servers',
      owner: 'storage',
      for: labels({ role: 'file', env: 'prod' }),
      when: '40 */4 * * *',
      run: script('dfs.ps1'),
    },
    ...{ takes: [2, 30] as const, says: ['backlog {n:0-40} files'] },
  }),
  job('mail-queue-check', {
    ...{
      about: 'Mail that does not leave',
      owner: 'messaging',
      for: labels({ role: 'mail', env: 'prod' }),
      when: '*/20 * * * *',
      run: script('queue.ps1'),
    },
    ...{ takes: [0.5, 5] as const, fails: [now(0.01, 2, '{n:200-900} messages wait for more than 15 minutes')] },
  }),
  job('import-orders', {
    ...{
      about: 'Whenever a file of orders arrives',
      owner: 'data-team',
      for: labels({ role: 'erp' }),
      when: { on: { file: 'D:\\in\\*.csv' } },
    },
    ...{ run: { program: 'D:\\ERP\\bin\\import.exe' }, takes: [5, 60] as const, says: ['{n:1-90} orders'] },
  }),
  job('weather-feed', {
    ...{
      about: 'Forecast for the demand model',
      owner: 'data-team',
      for: some(['berlin-app-01']),
      when: { every: '1h' },
      run: script('weather.ps1'),
    },
    ...{ takes: [1, 8] as const, says: ['{n:300-320} stations'] },
  }),
  job('warehouse-export', {
    ...{
      about: 'A long export every hour',
      owner: 'data-team',
      for: some(['munich-db-01', 'chicago-db-01']),
      when: '10 * * * *',
    },
    ...{
      run: { program: 'D:\\dwh\\export.exe', arguments: ['--full'] },
      takes: [2_300, 3_400] as const,
      says: ['table orders: {n:1-9},{n:100-999},{n:100-999} rows', 'table stock: {n:100-999},{n:100-999} rows'],
    },
    more: { timeout: '5h' },
  }),
];

/** Forty jobs, as an operations team has them. */
export const demoJobs: readonly DemoJob[] = [...nightly, ...daily, ...oftenly];
