import type { NoticeContent } from '../../notice.js';

/** What a notice of a failing job says. */
export function someContent(changes: Partial<NoticeContent> = {}): NoticeContent {
  return {
    reason: 'opened',
    incident: {
      id: '01890000-0000-7000-8000-000000000001',
      number: 7,
      key: 'pager|backup',
      title: 'Backup fails on DB-01',
      state: 'firing',
      severity: 'high',
      policy: 'pager',
      openedAt: '2026-11-26T02:00:00.000Z',
      acknowledgedBy: null,
      assignee: null,
    },
    text: '3 runs failed in a row',
    job: 'Backup',
    host: 'DB-01',
    run: {
      id: '01890000-0000-7000-8000-000000000002',
      outcome: 'failed',
      exitCode: 1,
      output: 'copying\nno space left',
    },
    spread: null,
    labels: { host: 'DB-01', job: 'Backup', site: 'fra' },
    runbook: null,
    links: { incident: 'https://carillon.example/incidents/7', acknowledge: null, run: null },
    ...changes,
  };
}
