import type { actions as english } from '../en/actions.js';
import type { Same } from '../same.js';

export const actions: Same<typeof english> = {
  'action.root': '位置',
  'action.patterns': '文件',
  'action.olderThanMs': '早于',
  'action.largerThanBytes': '大于',
  'action.keepNewest': '保留最新的个数',
  'action.untilFreeBytes': '直到可用空间达到',
  'action.emptyFolders': '同时删除变空的文件夹',
  'action.archive': '归档',
};
