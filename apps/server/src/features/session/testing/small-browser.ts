/** As much of a browser as signing in takes: it follows, and keeps cookies by origin and path. */
export class SmallBrowser {
  private readonly cookies = new Map<string, { value: string; path: string }>();

  /** Goes there and on until an address that `stopAt` knows, without asking that one. @returns where it is then */
  async follow(address: string, stopAt: (url: URL) => boolean = () => false): Promise<{ url: URL; status: number }> {
    let url = new URL(address);
    for (let hop = 0; hop < 20; hop += 1) {
      if (stopAt(url)) return { url, status: 0 };
      const response = await this.get(url);
      const location = response.headers.get('location');
      if (location === null) return { url, status: response.status };
      url = new URL(location, url);
    }
    throw new Error(`led in circles, last to ${url.href}`);
  }

  async get(url: URL): Promise<Response> {
    return this.ask(url, {});
  }

  /** Sends a form. */
  async post(url: URL, form: Record<string, string>): Promise<Response> {
    return this.ask(url, { method: 'POST', body: new URLSearchParams(form) });
  }

  /** Of a request that a page of ours makes. */
  async call(url: URL, origin: string): Promise<Response> {
    return this.ask(url, { method: 'POST', headers: { origin, 'content-type': 'application/json' }, body: '{}' });
  }

  private async ask(url: URL, init: RequestInit): Promise<Response> {
    const headers = { ...(init.headers as Record<string, string>), cookie: this.header(url) };
    const response = await fetch(url, { redirect: 'manual', ...init, headers });
    await response.clone().arrayBuffer();
    for (const text of response.headers.getSetCookie()) this.keep(url, text);
    return response;
  }

  /** A cookie by the beginning of its name, for looking at it. */
  has(origin: string, name: string): boolean {
    return [...this.cookies.keys()].some((key) => key.startsWith(`${origin} ${name}`));
  }

  header(url: URL): string {
    return [...this.cookies]
      .filter(([key, { path }]) => key.startsWith(`${url.origin} `) && url.pathname.startsWith(path))
      .map(([key, { value }]) => `${key.split(' ')[1]}=${value}`)
      .join('; ');
  }

  private keep(url: URL, text: string): void {
    const [pair = '', ...attributes] = text.split('; ');
    const at = pair.indexOf('=');
    const path = attributes.find((one) => /^path=/i.test(one))?.slice(5) ?? '/';
    const key = `${url.origin} ${pair.slice(0, at)} ${path}`;
    const value = pair.slice(at + 1);
    if (value === '') this.cookies.delete(key);
    else this.cookies.set(key, { value, path });
  }
}
