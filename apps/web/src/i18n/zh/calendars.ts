import type { calendars as english } from '../en/calendars.js';
import type { Same } from '../same.js';

export const calendars: Same<typeof english> = {
  'doc.kind.Calendar': '日历',
  'doc.days': '日期',
  'doc.follows_other': '{{count}} 个作业按其日期启动，将在其主机（共 {{hosts}} 台）上得到新版本：{{names}}。',
  'calendars.text': '用一个名称表示一组日期。作业只在这些日期启动，或避开它们；日期变更时，作业随之得到新版本。',
  'calendars.none': '还没有日历。',
  'calendars.next': '下一个日期',
  'calendars.days': '未来一年',
  'calendars.changed': '变更时间',
  'calendars.noneToCome': '未来没有日期',
  'calendars.inYear_other': '{{count}} 天',
  'calendars.year': '未来一年',
  'requests.byCalendar': '因日历变更而得到新版本',
  'editor.calendar': '日历',
  'editor.calendarHint': '只在这些日期启动，或避开这些日期',
  'editor.calendar.every': '计划中的每一天',
  'editor.calendar.only': '仅在 {{name}}',
  'editor.calendar.not': '避开 {{name}}',
};
