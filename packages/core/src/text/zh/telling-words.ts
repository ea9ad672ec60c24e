import type { AlertSeverity } from '../../state/states.js';
import type { TellingTextCode } from '../telling-texts.js';

/** What notices say beside the title of their incident, or in its place. */
export const tellingWords: Readonly<Record<TellingTextCode, string>> = {
  acked: '{{by}} 已确认并负责处理，不再通知其他人',
  digest: '{{incidents}} 个事件的 {{notices}} 条通知，最高级别为{{severityMeans}}',
  more: '通知之后又增加 {{count}} 个',
  nobody: '尚无人确认：第 {{step}} 步，共 {{of}} 步',
  reminded: '{{by}} 已于 {{time}} 前确认而它仍在触发',
  still: '{{time}} 后仍在触发',
  test: '{{by}} 测试了此渠道。一切正常，无需处理。',
};

export const reach = '影响 {{hosts}} 台主机';
export const reachOf = '影响 {{hosts}} 台主机，作业共在 {{hostsOfJob}} 台上';

export const severityWords: Readonly<Record<AlertSeverity, string>> = { low: '低', medium: '中', high: '高' };
