import { describe, expect, it } from 'vitest';
import { installerLine, isThisComputerOnly } from './installer-line.js';

describe('the line that installs an agent', () => {
  it('loads the script of the server and hands it the token', () => {
    expect(installerLine('powershell', 'http://127.0.0.1:7070', 'abc_-1')).toBe(
      "& ([scriptblock]::Create((Invoke-RestMethod -UseBasicParsing 'http://127.0.0.1:7070/install.ps1'))) -Token 'abc_-1'",
    );
  });

  it('asks for TLS 1.2 where there is TLS', () => {
    expect(installerLine('powershell', 'https://carillon.example.com', 'abc')).toMatch(
      /^\[Net\.ServicePointManager\]::SecurityProtocol = 'Tls12'; & /,
    );
  });

  it('keeps a token in its quotes, whatever it is', () => {
    expect(installerLine('powershell', 'http://x', "a'; b")).toContain("-Token 'a''; b'");
  });

  it.each([
    ['http://127.0.0.1:7070', true],
    ['http://localhost:7070', true],
    ['http://[::1]:7070', true],
    ['https://carillon.example.com', false],
    ['http://10.0.0.7', false],
  ])('%s is of this computer only: %s', (origin, only) => {
    expect(isThisComputerOnly(origin)).toBe(only);
  });

  it('has a form for software distribution', () => {
    expect(installerLine('msi', 'https://c.example', 'abc')).toBe(
      'msiexec /i https://c.example/downloads/carillon-agent.msi /qn SERVER=https://c.example TOKEN=abc',
    );
  });
});
