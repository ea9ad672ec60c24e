import { describe, expect, it } from 'vitest';
import { compilePattern } from '../conditions/pattern.js';
import { policyOf, run, Scene } from './testing/scene.js';

describe('what a run wrote', () => {
  it('is looked at when it ended; an older one that comes late changes nothing', () => {
    const scene = new Scene([policyOf({ output: 'ORA-', logLevel: 'error' }, { pattern: compilePattern('ORA-') })]);
    scene.outputs.set('bad', 'fine\nORA-01017').set('good', 'fine').set('late', 'fine');
    scene.take(run(2, 'succeeded', { runId: 'bad' }));
    expect(scene.open[0]?.alert.reason).toMatchObject({ code: 'output', text: 'its output says: ORA-01017' });
    scene.take(run(1, 'succeeded', { runId: 'late' }));
    expect(scene.states).toEqual(['firing']);
    scene.take(run(3, 'succeeded', { runId: 'good' }));
    expect(scene.states).toEqual([]);
  });
});
