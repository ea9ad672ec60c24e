import type { ServiceNowWay } from '@carillon/core/alert/documents/ticket-channel.schema';
import type { ChannelCheckText } from '@carillon/core/text/channel-check-texts';
import { closeCode } from './servicenow-choices.js';
import { type Ask, answered, CheckFailed, type Finding, finding } from './ticket-system.js';

/** Reads what the channel needs, and writes nothing. Whether it may write is only seen by writing. */
export async function checkServiceNow(way: ServiceNowWay, ask: Ask): Promise<Finding[]> {
  const findings = [
    await finding('account and table', async () => {
      await some(ask, way.table, '');
      return `${way.username} may read ${way.table}` satisfies ChannelCheckText;
    }),
  ];
  if (findings[0]?.ok === false || way.table === 'em_event') return findings;
  findings.push(
    await finding('comments', async () => {
      await some(ask, 'sys_journal_field', 'element=work_notes');
      return `${way.username} may read sys_journal_field` satisfies ChannelCheckText;
    }),
    await finding(
      'close code',
      async () => `tickets are resolved with ${await closeCode(way, ask)}` satisfies ChannelCheckText,
    ),
  );
  const references = [
    ['assignment group', 'sys_user_group', 'name', way.assignmentGroup],
    ['caller', 'sys_user', 'user_name', way.caller],
    ['configuration item', 'cmdb_ci', 'name', way.configurationItem],
  ] as const;
  for (const [what, table, field, name] of references)
    if (name) findings.push(await finding(what, () => oneOf(ask, table, field, name)));
  return findings;
}

async function some(ask: Ask, table: string, query: string): Promise<unknown[]> {
  const path = `/api/now/table/${table}?sysparm_query=${encodeURIComponent(query)}&sysparm_limit=1&sysparm_fields=sys_id`;
  return answered<unknown[]>(await ask('GET', path), 'result');
}

/** ServiceNow takes a reference by its id or by what it shows. */
async function oneOf(ask: Ask, table: string, field: string, name: string): Promise<string> {
  const isId = /^[0-9a-f]{32}$/.test(name);
  const found = await some(ask, table, `${isId ? 'sys_id' : field}=${name}`);
  if (found.length === 0) throw new CheckFailed(`${table} has no ${isId ? 'sys_id' : field} ${name}`);
  return `${name} is there` satisfies ChannelCheckText;
}
