import { describe, expect, it } from 'vitest';
import { commandOf, drillMarkdown, missingLines, remarksOf, verdictLine } from './drill-report.js';
import { isPassed, missingOf } from './drill-result.js';
import { sampleDrill, sampleFacts } from './testing/sample-drill.js';

const lostOne = { recorded: sampleFacts().recorded.filter(({ id }) => id !== 'run-2') };

describe('the report of a drill', () => {
  it('says that nothing was missed, where nothing was', () => {
    const result = sampleDrill();
    expect(isPassed(result)).toBe(true);
    expect(verdictLine(result)).toBe('Missed: nothing.');
    expect(drillMarkdown(result)).toContain(
      '**Missed: nothing.** 6 runs were due on 2 hosts, 7 ran (those ordered included), 7 are recorded.',
    );
  });

  it('names host, job and occurrence of what was missed', () => {
    const result = sampleDrill(lostOne);
    expect(isPassed(result)).toBe(false);
    expect(verdictLine(result)).toBe('Missed: 1.');
    const line =
      'lost: berlin-1, agent-stop-1, 2026-03-01T12:00:05.000Z: run run-2 of berlin-1, started 2026-03-01T12:00:05.000Z';
    expect(missingLines(missingOf(result))).toEqual([line]);
    expect(drillMarkdown(result)).toContain(`# Fault drill: not passed\n\n**Missed: 1.**`);
    expect(drillMarkdown(result)).toContain(`- ${line}\n`);
  });

  it('explains what did not run at all, and says nothing of it where it all ran', () => {
    const ledger = sampleFacts().ledger.filter(({ runId }) => runId !== 'run-2');
    const text = drillMarkdown(sampleDrill({ ledger, recorded: lostOne.recorded }));
    expect(text).toContain('- did not run: berlin-1, agent-stop-1, 2026-03-01T12:00:05.000Z: due, and never started; ');
    expect(text).toContain('drill again on a quieter machine, with fewer hosts or jobs.');
    expect(drillMarkdown(sampleDrill(lostOne))).not.toContain('drill again');
  });

  it('does not call a drill passed in which nothing was done', () => {
    const nothing = { ...sampleDrill(), scenarios: [] };
    expect([isPassed(nothing), verdictLine(nothing)]).toEqual([false, 'Nothing was drilled.']);
  });

  it('has the figures side by side, what was skipped, and the way to do it again', () => {
    const text = drillMarkdown(sampleDrill());
    expect(text).toContain('| Due on the hosts | 3 | 3 |');
    expect(text).toContain(
      '| Known in the centre late by: usual, p95, most | 0.5 s, 3.0 s, 3.0 s | 0.5 s, 0.5 s, 0.5 s |',
    );
    expect(text).toContain('    +  2.0 s  agents killed: berlin-1');
    expect(text).toContain('## Redis is lost\n\nSkipped: no redis-server on the PATH.');
    expect(commandOf(sampleDrill())).toBe(
      'npx carillon drill --label site=berlin --hosts 2 --jobs 1 --seconds 6 --scenario all --seed 7',
    );
    const { label: _, ...rest } = sampleDrill();
    expect(commandOf({ ...rest, label: { key: 'site', value: 'a b|c' } })).toContain(`--label 'site=a b|c'`);
  });

  it('tells of incidents, and of a centre that did not catch up', () => {
    const incident = { number: 4, title: 'berlin-1 is silent', hosts: ['berlin-1'], openedAt: '2026-03-01T12:00:06Z' };
    const remarks = (resolvedAt: string | null, caughtUpMs: number | null) => {
      const result = sampleDrill({ caughtUpMs }, { incidents: [{ ...incident, resolvedAt }] });
      return result.scenarios.flatMap((scenario) => remarksOf(scenario, result)).join('\n');
    };
    expect(remarks('2026-03-01T12:00:09Z', null)).toContain(
      'Incident #4: berlin-1 is silent (berlin-1); opened 4.0 s after the fault began, closed by itself at 7.0 s.',
    );
    expect(remarks(null, null)).toContain('still open');
    expect(remarks(null, null)).toContain('did not catch up');
  });
});
