import { describe, expect, it } from 'vitest';
import { chooseProxy, type ProxyFacts, proxySettingProblem, withoutPassword } from './proxy.js';

const server = 'https://carillon.corp.example';
const nothing: ProxyFacts = { setting: 'system', env: {}, system: null };
const choose = (facts: Partial<ProxyFacts>, to = server) => {
  const choice = chooseProxy(to, { ...nothing, ...facts });
  return choice.kind === 'proxy' ? `${choice.url} (${choice.why})` : `direct: ${choice.why}`;
};

describe('the proxy', () => {
  it.each<[string, Partial<ProxyFacts>, string]>([
    ['nobody names one', {}, 'direct: no proxy is set'],
    [
      'the setting wins over the environment',
      { setting: 'http://p:1', env: { HTTPS_PROXY: 'http://q:2', NO_PROXY: '*' } },
      'http://p:1 (the setting proxy)',
    ],
    ['the setting forbids one', { setting: 'none', env: { HTTPS_PROXY: 'q:2' } }, 'direct: the setting proxy is none'],
    ['the environment', { env: { HTTPS_PROXY: 'q:2', HTTP_PROXY: 'r:3' } }, 'http://q:2 (HTTPS_PROXY)'],
    ['in lower case too', { env: { https_proxy: 'https://q:2' } }, 'https://q:2 (HTTPS_PROXY)'],
    ['one for everything', { env: { HTTP_PROXY: 'r:3', ALL_PROXY: 's:4' } }, 'http://s:4 (ALL_PROXY)'],
    ['the system', { system: { proxy: 'w:80', bypass: '' } }, "http://w:80 (the system's proxy)"],
    [
      'the system, by scheme',
      { system: { proxy: 'http=a:1;https=b:2', bypass: '*.other' } },
      "http://b:2 (the system's proxy)",
    ],
    ['the system, for http alone', { system: { proxy: 'http=a:1', bypass: '' } }, 'direct: no proxy is set'],
    [
      'the system leaves us out',
      { system: { proxy: 'w:80', bypass: '<local>;*.CORP.example' } },
      "direct: the system's proxy leaves out carillon.corp.example",
    ],
  ])('%s', (_name, facts, expected) => {
    expect(choose(facts)).toBe(expected);
  });

  it.each([
    ['corp.example', true],
    ['.corp.example', true],
    ['CARILLON.corp.example:443', true],
    ['carillon.corp.example:8443', false],
    ['other.example, corp.example', true],
    ['on.corp.example', false],
    ['*', true],
    ['', false],
  ])('NO_PROXY %j leaves the server out: %s', (list, expected) => {
    const choice = chooseProxy(server, { ...nothing, env: { HTTPS_PROXY: 'q:2', NO_PROXY: list } });
    expect(choice.kind === 'direct').toBe(expected);
  });

  it('is not for this machine, unless the setting says so', () => {
    for (const url of ['http://127.0.0.1:3000', 'http://localhost:3000', 'http://[::1]:3000'])
      expect(choose({ env: { ALL_PROXY: 'q:2' } }, url)).toContain('direct');
    expect(choose({ setting: 'http://p:1' }, 'http://localhost:3000')).toContain('http://p:1');
  });

  it('is named without its password', () => {
    expect(withoutPassword('http://me:secret@p:8080')).toBe('http://me:***@p:8080');
    expect(proxySettingProblem('http://p:8080')).toBeNull();
    expect(proxySettingProblem('p:8080')).toContain('expected none, system');
  });
});
