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
  'action.from': '来源',
  'action.to': '目标',
  'action.mode': '全量备份',
  'action.mode.full': '每次',
  'action.mode.incremental': '仅首次',
  'action.exclude': '排除',
  'action.compare': '比较方式',
  'action.verify': '写入后读回校验',
  'action.count': '保留的备份集数',
  'action.days': '保留天数',
};
