import { type HttpSpec, latencyAsWritten } from '@carillon/core/action/http';
import { describeDuration } from '@carillon/core/job/describe-schedule';
import type { useWords } from '../../i18n/index.js';
import { size } from '../../lib/sizes.js';

type Translate = ReturnType<typeof useWords>['t'];

/** What a request is told, in words. Of a secret only the name is known. */
export function httpFacts(spec: HttpSpec, t: Translate): readonly (readonly [string, string])[] {
  const { headers, body, expect, pages, saveTo, retry, breaker } = spec;
  const secret = (name: string) => t('action.http.secret', { name });
  const sent = headers.map((header) =>
    'secret' in header ? `${header.name}: ${header.prefix}${secret(header.secret)}` : `${header.name}: ${header.value}`,
  );
  const checks = expect.json.map(
    ({ path, ...test }) => `${path} ${Object.entries(test).map(([name, value]) => `${name} ${JSON.stringify(value)}`)}`,
  );
  const facts: (readonly [string, string | null])[] = [
    [t('action.http.request'), `${spec.method} ${spec.url}`],
    [t('action.http.headers'), sent.join(' · ') || null],
    [t('action.http.body'), body === null ? null : body.kind === 'secret' ? secret(body.secret) : body.text],
    [t('action.http.status'), expect.status.join(' · ')],
    [t('action.http.checks'), checks.join(' · ') || null],
    [t('action.http.text'), expect.text],
    [t('action.http.latency'), expect.latencyBelowMs === null ? null : latencyAsWritten(expect.latencyBelowMs)],
    [
      t('action.http.pages'),
      pages === null ? null : t('action.http.pagesMost', { n: pages.most, from: pages.next?.path ?? 'Link' }),
    ],
    [t('action.http.saveTo'), saveTo],
    [
      t('action.http.retry'),
      retry === null ? null : `${retry.attempts} × ${describeDuration(retry.delayMs)} × ${retry.backoff}`,
    ],
    [
      t('action.http.breaker'),
      breaker === null
        ? null
        : t('action.http.breakerRule', { n: breaker.after, time: describeDuration(breaker.forMs) }),
    ],
    [t('action.http.limits'), `${describeDuration(spec.timeoutMs)} · ${size(spec.maxBytes)}`],
    [t('action.http.redirects'), spec.redirects],
  ];
  return facts.flatMap(([label, text]) => (text === null ? [] : [[label, text] as const]));
}
