import { sendRequest } from '../../actions/http-request.js';
import type { ActionOrder } from './action-order.js';

type Send = typeof sendRequest;

/**
 * Names that are reserved for examples (RFC 2606) are answered by the demo's own server on this machine; all others go out
 * as a real agent's do.
 */
export function sendFromDemo({ exampleUrl, host, runId }: Pick<ActionOrder, 'exampleUrl' | 'host' | 'runId'>): Send {
  return (outgoing, bounds) => {
    const { url } = outgoing;
    if (!isExample(url.hostname)) return sendRequest(outgoing, bounds);
    const at = new URL(exampleUrl);
    at.pathname = url.pathname;
    at.search = url.search;
    // Who asks decides what fails on purpose: each run sees it.
    const headers = { ...outgoing.headers, host: url.host, 'x-demo-run': `${host}/${runId}` };
    return sendRequest({ ...outgoing, url: at, headers }, { ...bounds, ca: undefined });
  };
}

export function isExample(hostname: string): boolean {
  return /(^|\.)example\.com\.?$/i.test(hostname);
}
