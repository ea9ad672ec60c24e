import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeTempFolder } from '../testing/temp-folder.js';
import { reportBoot } from './boot-report.js';

it('each start of the host is told once, though its time wavers', () => {
  const file = join(makeTempFolder(), 'boot.json');
  const told: string[] = [];
  const report = (bootedMs: number) => reportBoot(file, ({ bootedAt }) => told.push(bootedAt), bootedMs);
  const first = Date.parse('2026-11-26T02:00:00Z');
  for (const bootedMs of [first, first + 900, first - 30_000, first + 3_600_000]) report(bootedMs);
  expect(told).toEqual(['2026-11-26T02:00:00.000Z', '2026-11-26T03:00:00.000Z']);
});
