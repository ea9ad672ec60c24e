import type { FastifyReply } from 'fastify';
import { describe, expect, it, vi } from 'vitest';
import { setSessionCookie } from './session-cookie.js';

function optionsFor(origin: string) {
  const setCookie = vi.fn();
  setSessionCookie({ setCookie } as unknown as FastifyReply, origin, 'secret', new Date(0));
  return { name: setCookie.mock.calls[0]?.[0], options: setCookie.mock.calls[0]?.[2] };
}

describe('the session cookie', () => {
  it('goes over TLS only when the server is reached over TLS', () => {
    expect(optionsFor('https://carillon.example').options).toMatchObject({
      secure: true,
      httpOnly: true,
      sameSite: 'strict',
    });
    expect(optionsFor('http://127.0.0.1:7070').options).toMatchObject({ secure: false, httpOnly: true });
  });

  it('has a name of its own for each port, since browsers share cookies between ports', () => {
    expect(optionsFor('https://carillon.example').name).toBe('carillon_session_443');
    expect(optionsFor('http://127.0.0.1:7071').name).toBe('carillon_session_7071');
  });
});
