import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, it } from 'vitest';
import { isPassed, missingOf } from '../../../cli/src/drill/drill-result.js';
import type { EmulatedHost } from '../../../cli/src/drill/emulated-host.js';
import { runDrill } from '../../../cli/src/drill/run-drill.js';
import { eventually } from './product.js';

const repository = resolve(import.meta.dirname, '../../../..');
const seed = Number(process.env.CARILLON_SEED ?? Date.now() % 1_000_000);

it(`a drill finds the one result that a host lost, and nothing else (seed ${seed})`, async () => {
  const said: string[] = [];
  let taken = '';
  const result = await runDrill(
    {
      ...{ label: { key: 'site', value: 'berlin' }, hosts: 2, jobs: 1, faultSeconds: 6, seed },
      scenarios: ['agent-stop'],
    },
    {
      ...{ repository, version: 'test', signal: new AbortController().signal },
      onProgress: (text) => said.push(text),
      catchUpMs: 10_000,
      onFault: async (_, hosts) => {
        const host = hosts.find(({ plan }) => plan.group === 'struck');
        taken = await eventually(async () => host && takeResult(host));
      },
    },
  );
  const [scenario] = result.scenarios;
  const told = JSON.stringify({ said, scenario }, null, 1);
  expect(missingOf(result), told).toMatchObject([{ kind: 'lost', host: 'berlin-1', job: 'agent-stop-1' }]);
  expect(missingOf(result)[0]?.text).toContain(taken);
  expect(isPassed(result)).toBe(false);
  expect(scenario?.groups.control, told).toMatchObject({ lost: 0, doubled: 0, wrong: 0, reconnects: 0 });
  expect(scenario?.groups.struck).toMatchObject({ lost: 1, doubled: 0, wrong: 0 });
  for (const group of Object.values(scenario?.groups ?? {})) {
    expect(group.started).toBe(group.due);
    // And the one that was ordered while nobody could take the order.
    expect(group.ran).toBe(group.due + 1);
  }
});

/** Takes away all that waits on a host of one run that has ended while no agent is there. @returns its id */
function takeResult({ agentFolder }: EmulatedHost): string | undefined {
  const box = join(agentFolder, 'spool', 'drop');
  const waiting = readdirSync(box)
    .filter((name) => name.endsWith('.json'))
    .map((name) => ({ path: join(box, name), text: readFileSync(join(box, name), 'utf8') }));
  const ended = waiting.find(({ text }) => text.includes('"run.finished"'));
  const runId: string | undefined = ended && JSON.parse(ended.text).data.runId;
  if (runId === undefined) return undefined;
  for (const { path, text } of waiting) if (text.includes(runId)) rmSync(path);
  return runId;
}
