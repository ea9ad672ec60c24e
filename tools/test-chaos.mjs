// `npm run test:chaos`: the fleet works while everything that can break does, for three to four minutes, and every host's
// own ledger is compared with the records afterwards. Then Redis is away for more than a minute, and forgets everything. `--seed N` plays the same sequence of faults again (as far as the
// machine's own timing allows), `--rounds N` makes it longer or shorter. `npm test` has one short round.
import { spawnSync } from 'node:child_process';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { prepare, repository } from './prepare.mjs';

const usage = `npm run test:chaos -- [--seed N] [--rounds N]

  --seed N    play the faults of an earlier run again; it is printed by every run (default: chosen)
  --rounds N  how often every kind of fault comes twice, and all is compared (default: 3, about a minute each)
`;

const { seed, rounds } = read();
await prepare();
console.log(
  `chaos: seed ${seed}, ${rounds} rounds; again with: npm run test:chaos -- --seed ${seed} --rounds ${rounds}`,
);
const vitest = resolve(repository, 'node_modules/vitest/vitest.mjs');
const { status } = spawnSync(
  process.execPath,
  [vitest, 'run', '--config', 'vitest.whole.config.ts', ...['chaos', 'redis'].map(fileOf)],
  {
    cwd: repository,
    stdio: 'inherit',
    env: {
      ...process.env,
      CARILLON_SEED: String(seed),
      CARILLON_CHAOS_ROUNDS: String(rounds),
      CARILLON_REDIS_AWAY_SECONDS: '70',
    },
  },
);
process.exit(status ?? 1);

function fileOf(name) {
  return `apps/server/test/whole/${name}.whole.ts`;
}

function read() {
  try {
    const { values } = parseArgs({
      options: { seed: { type: 'string' }, rounds: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
    if (values.help) {
      process.stdout.write(usage);
      process.exit(0);
    }
    return {
      seed: whole('--seed', values.seed ?? String(Date.now() % 1_000_000), 0, 2 ** 31),
      rounds: whole('--rounds', values.rounds ?? '3', 1, 100),
    };
  } catch (error) {
    process.stderr.write(`${error.message}\n\n${usage}`);
    process.exit(2);
  }
}

function whole(name, text, least, most) {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new Error(`${name}: expected a whole number from ${least} to ${most}, got ${JSON.stringify(text)}`);
}
