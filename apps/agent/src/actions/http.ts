import { setTimeout as delay } from 'node:timers/promises';
import { breakerAfter, judgeBreaker } from '@carillon/core/action/breaker';
import { type HttpSpec, httpSecretVariable } from '@carillon/core/action/http';
import { judgeAnswer } from '@carillon/core/action/http-answer';
import {
  type Asked,
  decideRedirect,
  identifies,
  itemsOfPage,
  joinItems,
  nextPage,
} from '@carillon/core/action/http-next';
import { decideHttpRetry, isPassing, readRetryAfter } from '@carillon/core/action/http-retry';
import { fillUrl, shownUrl } from '@carillon/core/action/http-url';
import { judgeOrigins } from '@carillon/core/policy/host-policy';
import { fillTemplate } from '@carillon/core/run/template';
import { agentVersion } from '../lib/agent-version.js';
import { trustedRoots } from '../link/trusted-roots.js';
import { type ActionContext, type ActionResult, WrongDefinition } from './action-context.js';
import { describeBytes } from './action-report.js';
import { keepBreaker, loadBreaker } from './breaker-file.js';
import { type Incoming, RequestFailed, sendRequest } from './http-request.js';
import { runFacts } from './run-facts.js';
import { type FilePlace, placeOf, saveFile } from './save-file.js';

/** What time is and how it passes, which tests let pass at once, and how a request is sent. */
export interface HttpPorts {
  readonly now: () => number;
  readonly wait: (ms: number) => Promise<unknown>;
  readonly send: typeof sendRequest;
}

const realPorts: HttpPorts = { now: Date.now, wait: (ms) => delay(ms), send: sendRequest };

/** Asks what a job's `http` or `healthCheck` says, judges the answer, and keeps it where it is to be kept. */
export async function askHttp(
  spec: HttpSpec,
  context: ActionContext,
  given: Partial<HttpPorts> = {},
): Promise<ActionResult> {
  const ports = { ...realPorts, ...given };
  const { report, isDryRun, version, nowMs } = context;
  const place = spec.saveTo === null ? null : placeOf(fillTemplate(spec.saveTo, runFacts(context)), 'saveTo', context);
  const state = spec.breaker === null ? undefined : loadBreaker(context);
  const verdict = judgeBreaker(spec.breaker, state, { version, nowMs });
  if (isDryRun) tell(spec, place, context);
  if (verdict.kind === 'open') {
    const until = new Date(verdict.untilMs).toISOString();
    report.problem(`nothing is asked until ${until}: the last ${verdict.failures} runs failed (breaker)`);
    return { breaker: 'open', until };
  }
  if (isDryRun) return {};
  const talk = new Talk(spec, context, ports);
  const ok = await talk.carryOut(place);
  if (spec.breaker !== null) keepBreaker(context, breakerAfter(state, { version, nowMs: ports.now(), ok }));
  return talk.result;
}

function tell(spec: HttpSpec, place: FilePlace | null, { report, ...context }: ActionContext): void {
  report.say(`would ask ${spec.method} ${shownUrl(fillUrl(spec.url, runFacts({ report, ...context })))}`);
  const headers = spec.headers.map((header) =>
    'secret' in header ? `${header.name} (secret ${header.secret})` : header.name,
  );
  if (headers.length > 0) report.say(`with ${headers.join(', ')}`);
  const { status, json, text, latencyBelowMs } = spec.expect;
  const more = [
    ...json.map(({ path }) => path),
    ...(text === null ? [] : [JSON.stringify(text)]),
    ...(latencyBelowMs === null ? [] : [`less than ${latencyBelowMs} ms`]),
  ];
  report.say(`expects status ${[status.join(' or '), ...more].join(', ')}`);
  if (place !== null) report.say(`would save the answer to ${place.name} in ${place.folder}`);
}

/** The requests of one run. */
class Talk {
  private readonly headers: readonly { readonly name: string; readonly value: string; readonly isSecret: boolean }[];
  private readonly body: Buffer | null;
  private readonly ca: readonly string[] | undefined;
  private attempts = 0;
  private pages = 0;
  private bytes = 0;
  private last: Incoming | undefined;
  private saved: string | null = null;

  constructor(
    private readonly spec: HttpSpec,
    private readonly context: ActionContext,
    private readonly ports: HttpPorts,
  ) {
    this.headers = headersOf(spec, context);
    this.body = bodyOf(spec, context);
    this.ca = spec.url.toLowerCase().startsWith('https:') ? trustedRoots(context.ca) : undefined;
  }

  get result(): ActionResult {
    return {
      status: this.last?.status ?? null,
      latencyMs: this.last?.latencyMs ?? null,
      bytes: this.bytes,
      pages: this.pages,
      attempts: this.attempts,
      saved: this.saved,
    };
  }

  /** @returns whether all went as it should; what did not is told */
  async carryOut(place: FilePlace | null): Promise<boolean> {
    const { report } = this.context;
    const before = report.problems;
    try {
      const content = await this.askPages();
      if (content === undefined) return false;
      if (this.spec.show) for (const line of content.toString('utf8').split(/\r?\n/)) report.say(`| ${line}`);
      if (place !== null) {
        saveFile(place, content);
        this.saved = place.name;
        report.say(`saved ${describeBytes(content.length)} to ${place.name} in ${place.folder}`);
      }
    } catch (error) {
      if (error instanceof WrongDefinition) throw error;
      report.problem(error instanceof Error ? error.message : String(error));
    }
    return report.problems === before;
  }

  /** What came: the one answer, or the items of all pages; undefined when an answer is not what it should be. */
  private async askPages(): Promise<Buffer | undefined> {
    const { pages } = this.spec;
    const items: string[] = [];
    const seen = new Set<string>();
    for (let url: URL | undefined = fillUrl(this.spec.url, runFacts(this.context)); url; ) {
      seen.add(url.href);
      const { answer, at } = await this.askPatiently(url);
      const text = answer.body.toString('utf8');
      this.pages += 1;
      this.bytes += answer.body.length;
      if (!this.isAsExpected(answer, text, at)) return undefined;
      if (pages === null) return answer.body;
      const found = itemsOfPage(pages, text);
      if (found === undefined) throw new Error(`page ${this.pages}: there is no list at ${pages.items}`);
      for (const item of found) items.push(item);
      const link = answer.headers.link;
      const next = nextPage(pages, at, { link: Array.isArray(link) ? link.join(', ') : link, text });
      if (next.kind === 'wrong') throw new Error(`page ${this.pages}: ${next.reason}`);
      url = next.kind === 'next' ? next.url : undefined;
      if (url && seen.has(url.href)) throw new Error(`page ${this.pages} leads back to one that was asked already`);
      if (url && this.pages >= pages.most)
        throw new Error(`there are more than ${pages.most} pages (pages.most); nothing is kept of them`);
    }
    return Buffer.from(joinItems(items), 'utf8');
  }

  private isAsExpected(answer: Incoming, text: string, at: URL): boolean {
    const { report } = this.context;
    const { status, latencyMs, body } = answer;
    report.say(`${this.spec.method} ${shownUrl(at)}: ${status}, ${describeBytes(body.length)} in ${latencyMs} ms`);
    const problems = judgeAnswer(this.spec.expect, { status, text, latencyMs });
    for (const problem of problems) report.problem(problem);
    return problems.length === 0;
  }

  /** One page, asked again as the job says for as long as that may help. */
  private async askPatiently(url: URL): Promise<{ answer: Incoming; at: URL }> {
    for (let attempt = 1; ; attempt += 1) {
      this.attempts += 1;
      const outcome = await this.askOnce(url).catch((error: unknown) => {
        if (error instanceof RequestFailed) return error;
        throw error;
      });
      const failure = outcome instanceof RequestFailed ? outcome : this.failureOf(outcome.answer);
      if (failure === undefined && !(outcome instanceof RequestFailed)) return outcome;
      const isWorthIt = failure?.isWorthIt ?? false;
      const decision = decideHttpRetry(this.spec.retry, attempt, { isWorthIt, retryAfterMs: failure?.retryAfterMs });
      if (decision.kind === 'wait') {
        this.context.report.say(`attempt ${attempt}: ${failure?.message}; again in ${decision.ms} ms`);
        await this.ports.wait(decision.ms);
        continue;
      }
      if (decision.reason === 'asked_to_wait_too_long')
        this.context.report.say(`the server asks to wait ${failure?.retryAfterMs} ms, which is left to the next run`);
      if (!(outcome instanceof RequestFailed)) return outcome;
      throw new Error(`${shownUrl(url)}: ${outcome.message}`);
    }
  }

  /** Answers that are not expected and may be others a little later. */
  private failureOf({ status, headers }: Incoming): RequestFailed | undefined {
    const isExpected =
      judgeAnswer(
        { ...this.spec.expect, json: [], text: null, latencyBelowMs: null },
        { status, text: '', latencyMs: 0 },
      ).length === 0;
    if (isExpected || !isPassing(status)) return undefined;
    return new RequestFailed(`status ${status}`, true, readRetryAfter(headers['retry-after'], this.ports.now()));
  }

  /** A request and where it is redirected to. */
  private async askOnce(url: URL): Promise<{ answer: Incoming; at: URL }> {
    const { spec, context } = this;
    let asked: Asked = { url, method: spec.method, withBody: this.body !== null, withSecrets: true, redirects: 0 };
    for (;;) {
      const verdict = judgeOrigins(context.policy, [asked.url.origin]);
      if (!verdict.ok) throw new RequestFailed(verdict.message, false);
      const kept = this.headers.filter(
        ({ isSecret, name }) => (asked.withSecrets || !isSecret) && (asked.withBody || !/^content-/i.test(name)),
      );
      const headers = {
        'user-agent': `carillon-agent/${agentVersion}`,
        accept: '*/*',
        ...Object.fromEntries(kept.map(({ name, value }) => [name.toLowerCase(), value])),
      };
      const bounds = { timeoutMs: spec.timeoutMs, maxBytes: spec.maxBytes - this.bytes, ca: this.ca };
      const answer = await this.ports.send(
        { url: asked.url, method: asked.method, headers, body: asked.withBody ? this.body : null },
        bounds,
      );
      const decision = decideRedirect(spec, asked, { status: answer.status, location: answer.headers.location });
      if (decision.kind === 'refuse') throw new RequestFailed(decision.reason, false);
      if (decision.kind === 'answer') {
        this.last = answer;
        return { answer, at: asked.url };
      }
      asked = decision.next;
    }
  }
}

function headersOf(spec: HttpSpec, context: ActionContext) {
  const facts = runFacts(context);
  const own = spec.headers.map((header) => {
    if ('value' in header)
      return { name: header.name, value: fillTemplate(header.value, facts), isSecret: identifies(header.name) };
    const value = header.prefix + secretOf(spec, header.secret, context);
    if (!/^[\t\x20-\x7e\xa0-\xff]*$/.test(value))
      throw new WrongDefinition(`headers: the secret ${header.secret} has signs that a header cannot have`);
    return { name: header.name, value, isSecret: true };
  });
  const type =
    spec.body?.kind === 'json'
      ? 'application/json'
      : spec.body?.kind === 'text'
        ? 'text/plain; charset=utf-8'
        : undefined;
  if (type === undefined || own.some(({ name }) => name.toLowerCase() === 'content-type')) return own;
  return [...own, { name: 'Content-Type', value: type, isSecret: false }];
}

function bodyOf(spec: HttpSpec, context: ActionContext): Buffer | null {
  const { body } = spec;
  if (body === null) return null;
  return Buffer.from(
    body.kind === 'secret' ? secretOf(spec, body.secret, context) : fillTemplate(body.text, runFacts(context)),
    'utf8',
  );
}

/** Handed over by the runner, as to a program. */
function secretOf(spec: HttpSpec, secret: string, { env }: ActionContext): string {
  const value = env[httpSecretVariable(spec, secret)];
  if (value === undefined) throw new WrongDefinition(`the secret ${secret} was not handed over to this run`);
  return value;
}
