import { clockFinding, connectionAdvice, type Finding, ok, problem, skipped } from '@carillon/core/install/findings';
import { Channel } from '../link/channel.js';
import { LinkError } from '../link/link-error.js';
import type { Route } from '../link/route.js';

const answerMs = 15_000;

/** Goes the agent's way to the server as far as the server's first word, which tells its address and its clock. */
export async function checkConnection(server: string, route: Route = {}): Promise<Finding[]> {
  const startedMs = performance.now();
  let channel: Channel | undefined;
  try {
    channel = await Channel.open(server, { route });
    const first = await channel.next(answerMs);
    if (first?.name !== 'challenge')
      return unreachable(server, `${server} answered, but not as a Carillon server does`, 'http_404');
    const { origin, serverTime } = first.body;
    if (origin !== new URL(server).origin)
      return unreachable(server, `the server answers for ${origin}, but ${server} was dialled`, 'wrong_origin');
    const tookMs = Math.round(performance.now() - startedMs);
    return [
      ok('connection', `${server} answers as ${origin}, within ${tookMs} ms`),
      clockFinding(Date.now() - Date.parse(serverTime)),
    ];
  } catch (error) {
    const code = error instanceof LinkError ? error.code : 'unknown';
    return unreachable(server, error instanceof Error ? error.message : String(error), code);
  } finally {
    channel?.close();
  }
}

function unreachable(server: string, text: string, code: string): Finding[] {
  return [
    problem('connection', text, connectionAdvice(code)),
    skipped('clock', `not compared: ${server} did not tell its time`),
  ];
}

const variables = ['HTTPS_PROXY', 'HTTP_PROXY', 'ALL_PROXY', 'NO_PROXY'] as const;

/** Which proxy this console names: the agent is started as SYSTEM and sees the machine's variables only. */
export function proxyFinding(env: NodeJS.ProcessEnv): Finding {
  const set = variables.flatMap((name) => {
    const value = env[name] ?? env[name.toLowerCase()];
    return value ? [`${name}=${withoutPassword(value)}`] : [];
  });
  return ok('proxy', set.length === 0 ? 'none is set in this console' : `set in this console: ${set.join(', ')}`);
}

function withoutPassword(value: string): string {
  return value.replace(/\/\/[^@/]*@/, '//***@');
}
