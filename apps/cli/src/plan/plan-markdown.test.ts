import { describe, expect, it } from 'vitest';
import { samplePlan, samplePlanned } from '../testing/sample-plan.js';
import { planMarkdown } from './plan-markdown.js';

describe('a plan as a comment', () => {
  it('folds each document that changes', () => {
    const shown = planMarkdown(
      samplePlan([samplePlanned(), samplePlanned({ name: 'same', change: 'unchanged', plan: {} })]),
    );
    expect(shown.split('\n')).toEqual([
      '### Carillon plan: 0 to create, 1 to update, 1 unchanged',
      '',
      'Hash `0123456789abcdef`. `carillon apply --expect 0123456789abcdef` does this and nothing else.',
      '',
      '<details><summary><code>updated job nightly v2 &#40;2 hosts&#41;</code>: 1 field, +1 host, −2 hosts, other account</summary>',
      '',
      '```diff',
      '- schedule: 0 2 * * *',
      '+ schedule: 30 2 * * *',
      '```',
      '',
      'Gains 1 host (<code>DB-02</code>)',
      '',
      'Loses 2 hosts (<code>DB-01</code>, and 1 more)',
      '',
      'Runs as: <code>system</code> on 1 host → <code>s4u&#58;&#46;&#92;etl</code> (highest) on 2 hosts',
      '',
      'Next starts in <code>Europe&#47;Berlin</code>: <code>2026-03-29 03&#58;30 &#40;clocks go forward&#58; later by the gap&#41;</code>',
      '',
      '</details>',
      '',
    ]);
  });

  it('with nothing to change says so', () =>
    expect(planMarkdown(samplePlan([]))).toContain('Carillon plan: nothing to change'));

  it('lets no name mention, link, or end what it stands in', () => {
    const hostile =
      '</summary></details> @everyone [x](javascript:y) `a` |b| <img src=x> #1 www.evil.example \u202e\n```\n# head';
    const shown = planMarkdown(
      samplePlan([
        samplePlanned({
          name: hostile,
          warnings: [{ code: 'x', message: hostile, count: 1, hosts: [hostile] }],
          plan: {
            fields: [{ path: hostile, before: hostile, after: [hostile] }],
            gained: { count: 1, hosts: [hostile] },
            accounts: { before: [], after: [{ account: hostile, rights: 'ordinary', hosts: 1 }] },
          },
        }),
      ]),
    );
    const blocks = shown.split('\n').reduce(
      ({ inside, outside, fenced }, line) => {
        if (line.startsWith('```')) return { inside, outside, fenced: !fenced };
        if (fenced) inside.push(line);
        else outside.push(line);
        return { inside, outside, fenced };
      },
      { inside: [] as string[], outside: [] as string[], fenced: false },
    );
    expect(blocks.fenced).toBe(false);
    expect(blocks.inside.every((line) => /^[-+] /.test(line))).toBe(true);
    expect(blocks.inside).toHaveLength(2);
    const outside = blocks.outside.join('\n');
    expect(outside).not.toMatch(/@|\[|javascript:|<img|[^&]#1|www\.|\u202e|\|/);
    expect(outside.match(/<\/details>/g)).toHaveLength(1);
    expect(outside.match(/<\/summary>/g)).toHaveLength(1);
  });

  it('stays within what a comment takes, and says what is left out', () => {
    const many = Array.from({ length: 400 }, (_, n) => {
      const fields = Array.from({ length: 100 }, (_, line) => ({ path: `f${line}`, after: 'x'.repeat(5_000) }));
      return samplePlanned({ name: `job-${n}`, plan: { fields: n % 2 === 0 ? fields : [] } });
    });
    const shown = planMarkdown(samplePlan(many));
    expect(shown.length).toBeLessThanOrEqual(60_000);
    const count = shown.match(/<details>/g)?.length ?? 0;
    expect(count).toBeGreaterThan(20);
    expect(shown).toContain(`_${400 - count} more changes left out`);
  });
});
