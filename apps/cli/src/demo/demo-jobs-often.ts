import { cast, type DemoJob, job, labels, now, script, since, some } from './demo-job.js';

/** What runs every few minutes or hours. */
export const oftenly: readonly DemoJob[] = [
  job('payment-gateway-ping', {
    ...{
      about: 'Is the payment gateway there? Every two minutes',
      owner: 'payments',
      for: some([cast.payment]),
      when: '*/2 * * * *',
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
      when: '*/15 * * * *',
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
      when: '*/30 * * * *',
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
      when: '25 * * * *',
      run: script('health.ps1'),
    },
    ...{
      takes: [0.5, 6] as const,
      fails: [now(0.03, 1, 'GET https://{host}.example.com/ took {n:5000-30000} ms')],
      alerts: ['error-rate'],
    },
  }),
  job('iis-counters', {
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
      when: '50 * * * *',
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
