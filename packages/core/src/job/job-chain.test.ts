import { expect, it } from 'vitest';
import { jobChain, mostChainJobs } from './job-chain.js';

const link = (from: string, to: string, outcome = 'success') => ({ from, to, outcome });
const places = (name: string, links: Parameters<typeof jobChain>[1]) =>
  Object.fromEntries(jobChain(name, links).nodes.map((node) => [node.name, `${node.level}.${node.row}`]));

it('lays a chain out from left to right, whichever of its jobs is asked', () => {
  const links = [
    link('Backup', 'Index'),
    link('index', 'Clean'),
    link('Clean', 'Report'),
    link('Backup', 'Tell', 'failure'),
  ];
  const expected = { Backup: '0.0', Index: '1.0', Tell: '1.1', Clean: '2.0', Report: '3.0' };
  for (const name of ['Backup', 'Index', 'report'])
    expect(Object.values(places(name, links)).sort()).toEqual(Object.values(expected).sort());
  expect(places('Backup', links)).toEqual(expected);
  expect(jobChain('Clean', links).links).toContainEqual({ from: 'Index', to: 'Clean', outcome: 'success' });
});

it('puts what starts after several behind the farthest of them, and leaves strangers out', () => {
  const links = [link('a', 'b'), link('b', 'c'), link('a', 'c'), link('x', 'y')];
  expect(places('a', links)).toEqual({ a: '0.0', b: '1.0', c: '2.0' });
});

it('of a job alone is that job', () => {
  expect(jobChain('a', [link('x', 'y')])).toEqual({ nodes: [{ name: 'a', level: 0, row: 0 }], links: [], more: 0 });
});

it('ends where old data goes in a circle', () => {
  expect(jobChain('a', [link('a', 'b'), link('b', 'a')]).nodes).toHaveLength(2);
});

it('says how many it does not show, and shows the nearest', () => {
  const links = Array.from({ length: 100 }, (_, index) => link(`j${index}`, `j${index + 1}`));
  const { nodes, more } = jobChain('j50', links);
  expect(nodes).toHaveLength(mostChainJobs);
  expect(more).toBe(101 - mostChainJobs);
  expect(nodes.some(({ name }) => name === 'j50')).toBe(true);
});
