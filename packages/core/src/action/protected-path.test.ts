import { expect, it } from 'vitest';
import { protectedPath } from './protected-path.js';

it.each([
  'C:\\',
  'd:/',
  'C:\\Windows',
  'c:\\windows\\System32\\config',
  'C:\\Windows.\\System32',
  'D:\\Program Files',
  'C:\\Program Files (x86)\\',
  'C:\\ProgramData',
  'C:\\Users',
  'C:\\Users\\ann',
  'E:\\$Recycle.Bin\\x',
  '\\\\server\\share',
  '\\\\server\\share\\',
  '\\\\server\\C$',
  '\\\\server\\c$\\Windows\\Fonts',
  '\\\\server\\admin$\\Temp',
  '/',
  '/etc/cron.d',
  '/usr/share/x',
  '/var',
  '/home/ann',
])('nothing is deleted in %s', (path) => expect(protectedPath(path)).toBeTypeOf('string'));

it.each([
  'D:\\logs',
  'C:\\Windows\\Temp',
  'C:\\Windows\\Logs\\CBS',
  'C:\\Program Files\\Shop\\logs',
  'C:\\Users\\ann\\AppData\\Local\\Temp',
  'C:\\WindowsOld2\\x',
  '\\\\server\\share\\logs',
  '\\\\server\\d$\\logs',
  '/var/log/shop',
  '/srv/data',
  '/home/ann/cache',
])('it may be %s', (path) => expect(protectedPath(path)).toBeUndefined());
