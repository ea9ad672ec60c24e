import { describe, expect, it } from 'vitest';
import { readDocument } from '../document/read-document.js';
import { jobFileFromArticleTask } from './article-task.js';

const article = {
  task: {
    name: 'daily_backup',
    type: 'cron',
    schedule: '0 2 * * *',
    script_path: '/opt/scripts/backup.sh',
    targets: ['server-group-prod'],
  },
};

describe("the source material's form", () => {
  it('becomes a job on the saved group', () => {
    const file = jobFileFromArticleTask(article);
    if (!file.ok) throw new Error('refused');
    expect(readDocument(file.value)).toMatchObject({
      ok: true,
      value: {
        kind: 'Job',
        spec: {
          name: 'daily_backup',
          targets: { groups: ['server-group-prod'] },
          run: { program: '/opt/scripts/backup.sh' },
        },
      },
    });
  });

  it.each([
    [{}, 'task'],
    [{ task: { ...article.task, type: 'event' } }, 'task.type'],
    [{ task: { ...article.task, targets: [] } }, 'task.targets'],
    [{ task: { ...article.task, retries: 3 } }, 'task.retries'],
  ])('refuses %j by naming %s', (raw, path) => {
    const result = jobFileFromArticleTask(raw);
    expect(result.ok ? [] : result.problems.map((problem) => problem.path)).toEqual([path]);
  });
});
