import { cast, type DemoJob, job, labels, now, script, since } from './demo-job.js';

/** What runs at night: backups and what follows them. */
export const nightly: readonly DemoJob[] = [
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
      when: { cron: '15 1 * * *', calendar: '-german-holidays' },
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
