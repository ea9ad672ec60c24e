import { fillTemplate, type TemplateFacts } from '../run/template.js';
import type { Objection } from '../text/expected-texts.js';

/** Values of a run that has everything, to see what becomes of a text with placeholders. */
const sample: TemplateFacts = {
  job: 'job',
  runId: '00000000-0000-0000-0000-000000000000',
  attempt: 1,
  scheduledForMs: 0,
  startedMs: 0,
  timezone: 'UTC',
};

/** A text as some run would fill it in. */
export function sampleOf(text: string): string {
  return fillTemplate(text, sample);
}

/** An address with its placeholders filled in; a job's name does not change what the address means. */
export function fillUrl(url: string, facts: TemplateFacts): URL {
  return new URL(fillTemplate(url, { ...facts, job: encodeURIComponent(facts.job) }));
}

/**
 * Why an address is none that an action asks: the host must be known before any run, and what is secret stands in headers
 * or the body, since addresses are logged everywhere on the way.
 * @returns undefined when there is nothing wrong
 */
export function urlProblem(text: string): Objection | undefined {
  if (!/^https?:\/\/[^/?#{}\\\s]+(?:[/?#]|$)/i.test(text))
    return 'its host is missing, or has placeholders or blanks in it';
  if (/[\p{Cc}\\]/u.test(text)) return 'it has control characters or a \\ in it';
  const filled = sampleOf(text);
  if (!URL.canParse(filled)) return 'it is no address';
  const { username, password, hash } = new URL(filled);
  if (username !== '' || password !== '') return 'it has a name or password in it: use a header with { secret: NAME }';
  return hash === '' ? undefined : 'it has a part after #, which no server gets';
}

/** Origin of a definition's address, which no placeholder changes. */
export function originOf(url: string): string {
  return new URL(sampleOf(url)).origin;
}

/** An address as it is told: what stands after the `?` is between the job and the server. */
export function shownUrl(url: URL): string {
  return `${url.origin}${url.pathname}${url.search === '' ? '' : '?…'}`;
}
