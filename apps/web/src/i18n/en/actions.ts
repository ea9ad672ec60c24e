/** What the agent does itself, field by field as a definition keeps it. */
export const actions = {
  'action.root': 'In',
  'action.patterns': 'Files',
  'action.olderThanMs': 'Older than',
  'action.largerThanBytes': 'Larger than',
  'action.keepNewest': 'Newest that stay',
  'action.untilFreeBytes': 'Until so much is free',
  'action.emptyFolders': 'Folders left empty go too',
  'action.archive': 'Archive',
};
