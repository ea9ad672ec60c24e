import { expect, it } from 'vitest';
import { programPlaceFinding } from './program-place.js';

it.each([
  ['C:\\Program Files\\Carillon\\carillon-agent.exe', 'ok'],
  ['D:\\Tools\\carillon-agent.exe', 'ok'],
  ['C:\\Users\\ann\\Downloads\\carillon-agent.exe', 'warning'],
  ['c:\\windows\\temp\\carillon-agent.exe', 'warning'],
  ['\\\\files\\share\\carillon-agent.exe', 'warning'],
  ['/opt/carillon/carillon-agent.cjs', 'ok'],
])('a program in %s is %s', (path, level) => expect(programPlaceFinding(path, []).level).toBe(level));

it('a program that others may write is nothing for SYSTEM to run', () => {
  const finding = programPlaceFinding('/opt/carillon-agent.cjs', ['/opt']);
  expect(finding).toMatchObject({ level: 'warning', advice: 'chmod go-w /opt' });
});
