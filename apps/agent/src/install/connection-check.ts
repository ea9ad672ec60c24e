import {
  clockFinding,
  connectionAdvice,
  type Finding,
  ok,
  problem,
  skipped,
  warning,
} from '@carillon/core/install/findings';
import { withoutPassword } from '@carillon/core/link/proxy';
import { Channel } from '../link/channel.js';
import { LinkError } from '../link/link-error.js';
import { proxyFor, type Route } from '../link/route.js';
import { type Settings, serversOf } from '../state/settings.js';

const answerMs = 15_000;

/** Goes the agent's way to the server as far as the server's first word, which tells its address and its clock. */
async function checkConnection(server: string, route: Route): Promise<Finding[]> {
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

/** Of several addresses one is enough; the others are worth a warning. */
export async function checkConnections(settings: Settings): Promise<Finding[]> {
  const all = await Promise.all(serversOf(settings).map((server) => checkConnection(server, settings)));
  const reached = all.some((findings) => findings[0]?.level === 'ok');
  return all.flatMap((findings) =>
    findings.map((finding) =>
      reached && finding.level === 'problem' && finding.check === 'connection' ? asWarning(finding) : finding,
    ),
  );
}

function asWarning({ check, text, advice = '' }: Finding): Finding {
  return warning(check, text, advice);
}

/** Which way the agent goes, and who said so. A console may have variables that SYSTEM, as whom the agent runs, has not. */
export function proxyFinding(server: string, route: Route): Finding {
  try {
    const choice = proxyFor(new URL(server), route.proxy);
    return ok(
      'proxy',
      choice.kind === 'direct' ? `none: ${choice.why}` : `${withoutPassword(choice.url)} (${choice.why})`,
    );
  } catch (error) {
    return problem('proxy', String(error), 'put the setting proxy in agent.json right');
  }
}
