import { cast, type DemoJob, job, labels, now, script, since, some } from './demo-job.js';

/** What runs in the day or once a week. */
export const daily: readonly DemoJob[] = [
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
