import type { timeline as english } from '../en/timeline.js';
import type { Same } from '../same.js';

export const timeline: Same<typeof english> = {
  'timeline.title': '时间线',
  'timeline.keys': '拖动或按 ← → 移动，+ − 缩放，Home 回到现在',
  'timeline.rows': '行',
  'timeline.label': '标签',
  'timeline.earlier': '更早',
  'timeline.later': '更晚',
  'timeline.now': '现在',
  'timeline.zoom': '显示时长',
  'timeline.1h': '1 小时',
  'timeline.6h': '6 小时',
  'timeline.24h': '24 小时',
  'timeline.7d': '7 天',
  'timeline.legend': '图例',
  'timeline.missed': '未运行',
  'timeline.host_unknown': '未知：主机离线',
  'timeline.coming': '即将运行',
  'timeline.comingMany_other': '即将运行：{{count}} 次',
  'timeline.onHosts_other': '在 {{count}} 台主机上',
  'timeline.times': '连续 {{n}} 次',
  'timeline.runs_other': '{{count}} 次运行',
  'timeline.bad': '{{n}} 次异常',
  'timeline.zoomIn': '点击放大查看',
  'timeline.noRows': '没有匹配项。',
};
