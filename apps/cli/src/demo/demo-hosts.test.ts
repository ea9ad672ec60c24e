import { jobTemplates } from '@carillon/core/job/job-templates';
import { expect, it } from 'vitest';
import { parse } from 'yaml';
import { planHosts } from './demo-hosts.js';
import { demoJobs } from './demo-jobs.js';

const templates = Object.entries(jobTemplates).map(([kind, text]) => {
  const { name, targets } = parse(text) as { name: string; targets: { labels: Record<string, string> } };
  return { kind, name, labels: targets.labels };
});

it.each([10, 30, 300])('a fleet of %i has hosts for every template', (count) => {
  const hosts = planHosts(count, 7);
  expect(hosts).toHaveLength(count);
  expect(new Set(hosts.map(({ name }) => name)).size).toBe(count);
  const forNobody = templates.filter(
    ({ labels }) =>
      !hosts.some((host) => !host.isGone && Object.entries(labels).every(([key, value]) => host.labels[key] === value)),
  );
  expect(forNobody.map(({ kind }) => kind)).toEqual([]);
});

it('has no job that a template would take the place of', () => {
  const names = new Set(demoJobs.map(({ file }) => file.name));
  expect(templates.filter(({ name }) => names.has(name))).toEqual([]);
});
