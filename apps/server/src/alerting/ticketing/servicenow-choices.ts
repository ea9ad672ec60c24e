import type { ServiceNowWay } from '@carillon/core/alert/documents/ticket-channel.schema';
import { type Ask, answered, TicketError } from './ticket-system.js';

interface Choice {
  readonly value: string;
  readonly label: string;
}

/** A close code of the instance: its values are each customer's own. The first is taken unless the channel names one. */
export async function closeCode({ closeCode: wanted }: Pick<ServiceNowWay, 'closeCode'>, ask: Ask): Promise<string> {
  const query = encodeURIComponent('name=incident^element=close_code^inactive=false');
  const answer = await ask('GET', `/api/now/table/sys_choice?sysparm_query=${query}&sysparm_fields=value,label`);
  const choices = answered<Choice[]>(answer, 'result');
  const chosen = wanted ? choices.find(({ value, label }) => value === wanted || label === wanted) : choices[0];
  if (chosen) return chosen.value;
  const known = choices.map(({ value }) => value).join(', ');
  throw new TicketError(
    'problem',
    'no_close_code',
    `there is no close code ${wanted ?? ''}; there are: ${known}`,
    undefined,
    { wanted: wanted ?? '', known },
  );
}
