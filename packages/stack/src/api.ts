import { readFileSync } from 'node:fs';

/** The few calls that starting up needs, with the local admin token. */
export class LocalApi {
  constructor(
    readonly url: string,
    private readonly tokenFile: string,
  ) {}

  /** @throws Error with the server's words when the answer is not 2xx */
  async call<T>(method: 'GET' | 'POST', path: string, body?: unknown): Promise<T> {
    const answer = await fetch(`${this.url}/api/v1${path}`, {
      method,
      headers: {
        authorization: `Bearer ${readFileSync(this.tokenFile, 'utf8').trim()}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const payload = (await answer.json()) as T & { message?: string };
    if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${payload.message ?? ''}`);
    return payload;
  }

  /** Does the server answer, and is it ready to work? */
  async isReady(): Promise<boolean> {
    try {
      return (await fetch(`${this.url}/readyz`, { signal: AbortSignal.timeout(5_000) })).ok;
    } catch {
      return false;
    }
  }

  /** A browser link that works once. */
  async signInLink(): Promise<string> {
    return (await this.call<{ url: string }>('POST', '/sign-in-links', {})).url;
  }
}
