import { createSocket } from 'node:dgram';
import { isIP, connect as plainConnect, type Socket } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { connect as tlsConnect } from 'node:tls';
import { octetCounted } from '@carillon/core/audit/syslog';
import type { SyslogTarget } from '../config/audit-config.js';

/**
 * Sends messages to a collector, in their order. Syslog has no answer; over TCP and TLS one is made of how connections end:
 * a collector closes its side after ours once it has read everything, and one that dies with something unread resets the
 * connection. Over UDP nothing is known but that nobody listens on this machine.
 * @throws Error when the collector cannot be reached, or may not have read everything in time
 */
export function sendSyslog(target: SyslogTarget, messages: readonly string[], timeoutMs: number): Promise<void> {
  return target.protocol === 'udp'
    ? sendDatagrams(target, messages)
    : sendStream(target, messages.map(octetCounted).join(''), timeoutMs);
}

async function sendStream(target: SyslogTarget, text: string, timeoutMs: number): Promise<void> {
  const startedMs = performance.now();
  const socket = open(target);
  const gone = new AbortController();
  let isSent = false;
  const closed = new Promise<void>((done, fail) => {
    let readAll = false;
    socket.on('end', () => {
      readAll = isSent;
    });
    socket.on('error', fail);
    socket.on('close', () => {
      gone.abort();
      if (readAll) done();
      else fail(new Error('the collector closed the connection before everything was sent'));
    });
  });
  const timer = setTimeout(
    () => socket.destroy(new Error(`the collector did not take everything within ${timeoutMs} ms`)),
    timeoutMs,
  );
  socket.resume();
  socket.once(target.protocol === 'tls' ? 'secureConnect' : 'connect', () => {
    // One way and back, at least: a collector that was gone already has answered so by then.
    const patienceMs = Math.max(20, 3 * (performance.now() - startedMs));
    socket.write(text, () => {
      wait(patienceMs, undefined, { signal: gone.signal }).then(
        () => {
          isSent = true;
          socket.end();
        },
        () => undefined,
      );
    });
  });
  await closed.finally(() => clearTimeout(timer));
}

function open({ protocol, host, port, ca }: SyslogTarget): Socket {
  if (protocol === 'tcp') return plainConnect({ host, port });
  // A name is told to the collector, an address is not (RFC 6066, 3).
  return tlsConnect({ host, port, ...(isIP(host) ? {} : { servername: host }), ...(ca ? { ca } : {}) });
}

async function sendDatagrams({ host, port }: SyslogTarget, messages: readonly string[]): Promise<void> {
  const socket = createSocket(isIP(host) === 6 ? 'udp6' : 'udp4');
  const failed = new Promise<never>((_done, fail) => socket.on('error', fail));
  failed.catch(() => undefined);
  try {
    const connected = new Promise<void>((done) => socket.connect(port, host, done));
    await Promise.race([connected, failed]);
    for (const message of messages) {
      const sent = new Promise<void>((done, fail) => socket.send(message, (error) => (error ? fail(error) : done())));
      await Promise.race([sent, failed]);
    }
  } finally {
    socket.close();
  }
}
