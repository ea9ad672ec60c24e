import { drillScenarios } from './drill-plan.js';
import { scenarioWords } from './drill-report.js';

/** Beside the fault itself, on a quiet machine: registering, what is due before and after it, and until all is known. */
const besideFaultSeconds = 12;
/** The product and its hosts, up and down again. */
const aroundSeconds = 15;

/** What stands below the options of `carillon drill`. @param faultSeconds that a fault lasts when nothing is said */
export function drillHelp(faultSeconds: number): string {
  const widest = Math.max(...drillScenarios.map((name) => name.length));
  const each = faultSeconds + besideFaultSeconds;
  const all = aroundSeconds + drillScenarios.length * each;
  return `
Scenarios, and what each shows when nothing was missed:
${drillScenarios.map((name) => `  ${name.padEnd(widest)}  ${scenarioWords[name].proves}`).join('\n')}

It takes about ${each} s for each scenario (--seconds and ${besideFaultSeconds} more), ${Math.round(all / 10) * 10} s in all; on a busy machine several times that, and hosts
that cannot keep up miss starts, which the report then says.

No real host, server or database is touched: everything is started for the drill on this machine's loopback, in a folder of its
own that goes afterwards, and nothing that configures a deployment is handed on to it.
`;
}
