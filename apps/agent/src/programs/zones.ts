import { findZones } from '../zones/known-zones.js';

/** One line for the agent, which asks this of another process so as not to carry the runtime's zone data itself. */
export function printZones(names: readonly string[]): void {
  process.stdout.write(`${JSON.stringify(findZones(names, process.env))}\n`);
}
