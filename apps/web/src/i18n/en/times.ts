/** Clocks that times are told by, and tables as files. */
export const times = {
  'times.clock': 'Times by',
  'times.own': 'My own clock',
  'times.host': "The host's clock",
  'times.utc': 'UTC',
  'export.means':
    'All rows that match, as a file for spreadsheets. Heads and codes stay English, so that what reads them works in each language.',
  'export.cut_one': 'There are more rows: this is the first.',
  'export.cut_other': 'There are more rows: these are the first {{count}}.',
  'export.rows_one': '{{count}} row; stop',
  'export.rows_other': '{{count}} rows; stop',
};
