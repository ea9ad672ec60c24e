/** Days by name. */
export const calendars = {
  'doc.kind.Calendar': 'calendar',
  'doc.days': 'Days',
  'doc.follows_one': 'A job starts by its days and gets a new version on its hosts ({{hosts}}): {{names}}.',
  'doc.follows_other':
    '{{count}} jobs start by its days and get a new version on their hosts ({{hosts}} in all): {{names}}.',
  'calendars.text':
    'Days by one name. A job keeps to them or leaves them out, and follows them with a new version when they change.',
  'calendars.none': 'No calendar yet.',
  'calendars.next': 'Next day',
  'calendars.days': 'In the coming year',
  'calendars.changed': 'Changed',
  'calendars.noneToCome': 'no day to come',
  'calendars.inYear_one': '{{count}} day',
  'calendars.inYear_other': '{{count}} days',
  'calendars.year': 'The coming year',
  'requests.byCalendar': 'gets other days by its calendar, in a new version',
  'editor.calendar': 'Calendar',
  'editor.calendarHint': 'Days that it keeps to, or leaves out',
  'editor.calendar.every': 'every day of the schedule',
  'editor.calendar.only': 'only on {{name}}',
  'editor.calendar.not': 'not on {{name}}',
};
