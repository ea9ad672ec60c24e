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
  'action.http.request': '请求',
  'action.http.headers': '请求头',
  'action.http.body': '请求体',
  'action.http.secret': '密钥 {name}',
  'action.http.status': '期望状态',
  'action.http.checks': '响应内容检查',
  'action.http.text': '响应包含的文本',
  'action.http.latency': '响应时间低于',
  'action.http.pages': '分页',
  'action.http.pagesMost': '最多 {n} 页,依据 {from}',
  'action.http.saveTo': '保存到',
  'action.http.retry': '重新请求',
  'action.http.breaker': '失败后暂停',
  'action.http.breakerRule': '连续 {n} 次:{time}',
  'action.http.limits': '限制',
  'action.http.redirects': '重定向',
};
