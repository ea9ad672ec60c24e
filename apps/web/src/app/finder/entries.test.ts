import { IconServer } from '@tabler/icons-react';
import { describe, expect, it } from 'vitest';
import { type Entry, readVerb, sortEntries } from './entries.js';

const entry = (label: string, change: Partial<Entry> = {}): Entry => ({
  id: label,
  group: 'pages',
  label,
  Icon: IconServer,
  choose: () => undefined,
  ...change,
});
const labels = (entries: readonly Entry[], typed: string) => sortEntries(entries, typed).map(({ label }) => label);

describe('what is found', () => {
  it('has every word that was typed, in its name, its note or its other words', () => {
    const entries = [
      entry('作业', { words: '/jobs' }),
      entry('Policies', { note: 'Alerting' }),
      entry('nightly-backup', { group: 'jobs' }),
    ];
    expect(labels(entries, 'JOB')).toEqual(['作业']);
    expect(labels(entries, 'alert pol')).toEqual(['Policies']);
    expect(labels(entries, 'backup  night ')).toEqual(['nightly-backup']);
    expect(labels(entries, 'nowhere')).toEqual([]);
    expect(labels(entries, '  ')).toHaveLength(3);
  });

  it('stands by group, with those that begin so first', () => {
    const entries = [
      entry('Add a host', { group: 'acts' }),
      entry('my-host', { group: 'hosts' }),
      entry('host-1', { group: 'hosts' }),
      entry('Hosts'),
    ];
    expect(labels(entries, 'host')).toEqual(['Hosts', 'host-1', 'my-host', 'Add a host']);
  });
});

describe('a verb before a name', () => {
  it('says what is done with the job, in the language of the page', () => {
    const verbs = { run: '运行', edit: '编辑' };
    expect(readVerb('运行 夜间', verbs)).toEqual({ mode: 'run', rest: '夜间' });
    expect(readVerb('Edit x', { run: 'run', edit: 'edit' })).toEqual({ mode: 'edit', rest: 'x' });
    expect(readVerb('runner', { run: 'run', edit: 'edit' })).toBeNull();
  });
});
