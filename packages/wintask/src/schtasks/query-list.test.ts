import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readQueryList } from './query-list.js';

const fixture = (name: string) => readFileSync(join(import.meta.dirname, 'fixtures', name), 'utf8');

describe('a listing in lines', () => {
  it('is read by position in English', () => {
    expect(readQueryList(fixture('WPRIVESC1-en-list-v.txt'))[0]).toMatchObject({
      host: 'WPRIVESC1',
      path: '\\vulntask',
      status: 'Ready',
      lastResult: 0,
      author: 'WPRIVESC1\\Administrator',
      command: 'C:\\tasks\\schtask.bat',
    });
  });

  it('keeps commands with quotes, and folders apart from tasks', () => {
    const rows = readQueryList(fixture('creativeprojects-resticprofile-list-v.txt'));
    expect(rows[0]).toMatchObject({
      path: '\\resticprofile backup\\self backup',
      lastResult: 1,
      author: 'resticprofile',
    });
    expect(rows[0]?.command).toContain('--config "examples\\other windows.yaml"');
  });

  it('is read in French, also when the host is missing', () => {
    expect(readQueryList(fixture('InfosHebdo-fr-list-part.txt'))[0]).toMatchObject({
      path: '\\InfosHebdo',
      status: 'Prêt',
    });
    expect(readQueryList(fixture('diaria-en-list.txt'))[0]).toMatchObject({
      host: 'DESKTOP-PIXEL',
      path: '\\Diaria-Overnight-Watchdog',
    });
  });

  it('does not name an account when lines are left out, and finds it behind texts of several lines', () => {
    expect(readQueryList(fixture('diaria-en-list.txt'))[0]).not.toHaveProperty('runAs');
    const text = fixture('WPRIVESC1-en-list-v.txt').replace(/(Comment: +)N\/A/, '$1first\nNote: second\n\nThird: line');
    expect(readQueryList(text)).toMatchObject([{ path: '\\vulntask', comment: 'first', runAs: 'taskusr1' }]);
  });

  it('takes an empty folder for no task', () => {
    const text = 'Folder: \\Empty\r\nINFO: There are no scheduled tasks presently available.\r\n\r\nFolder: \\\r\n';
    expect(readQueryList(text)).toEqual([]);
  });

  it('reads Chinese labels with full-width colons, and texts of several lines', () => {
    const text =
      '文件夹： \\\r\n主机名：   H\r\n任务名：   \\甲\r\n下次运行时间：  N/A\r\n模式：  就绪\r\n登录状态：  x\r\n  second line\r\n';
    expect(readQueryList(text)).toEqual([{ host: 'H', path: '\\甲', nextRun: 'N/A', status: '就绪' }]);
  });

  it('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (text) => Array.isArray(readQueryList(text))));
  });
});
