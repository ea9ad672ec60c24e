import { systemClock } from './clock.js';
import { startSchedulerService } from './service.js';

// The emulated Task Scheduler service: node main.js --store DIR [--timezone NAME]
function option(name: string, fallback: string | undefined): string | undefined {
  const at = process.argv.indexOf(name);
  return at < 0 ? fallback : process.argv[at + 1];
}

const store = option('--store', process.env.CARILLON_EMULATOR_STORE);
const hostTimezone =
  option('--timezone', process.env.CARILLON_EMULATOR_TIMEZONE) ?? Intl.DateTimeFormat().resolvedOptions().timeZone;

if (store === undefined) {
  console.error('usage: main.js --store DIR [--timezone NAME]');
  process.exit(2);
}

try {
  const log = (line: string) => console.log(`${new Date().toISOString()} ${line}`);
  const service = startSchedulerService({ store, clock: systemClock, hostTimezone, log });
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.once(signal, () => {
      service.stop();
      process.exit(0);
    });
  }
  console.log('emulated Task Scheduler ready');
} catch (error) {
  console.error((error as Error).message);
  process.exit(1);
}
