import type { heatmap as english } from '../en/heatmap.js';
import type { Same } from '../same.js';

export const heatmap: Same<typeof english> = {
  'heatmap.title': '热力图',
  'heatmap.coming': '即将运行',
  'heatmap.past': '过去',
  'heatmap.comingWeek': '今天起七天的预计启动',
  'heatmap.pastWeek': '最近七天的运行',
  'heatmap.hint': '点击某个小时查看详情；时间以您的时钟为准。',
  'heatmap.starts_other': '{{count}} 次启动',
  'heatmap.bad': '{{count}} 次异常',
  'heatmap.hour': '从 {{from}} 开始的一小时',
  'heatmap.omitted': '启动次数过多，无法全部统计。未计入：{{jobs}}',
  'heatmap.suggestion': '这个小时可以更平缓',
  'heatmap.peak': '一分钟内最多启动：',
  'heatmap.move.spread_other': '将各主机分散到 {{count}} 分钟内（jitter）',
  'heatmap.move.shift_other': '推迟 {{count}} 分钟启动',
  'heatmap.thenPeak': '之后最多 {{n}}',
  'heatmap.apply': '写入文件',
  'heatmap.applyTo': '写入文件：{{job}}',
  'heatmap.noSuggestion': '没有哪一项时间表的改动能让这个小时明显更平缓。',
  'heatmap.even': '这里没有扎堆。',
  'heatmap.jobs': '占用这个小时的作业',
  'heatmap.at': '时刻',
  'heatmap.count': '启动次数',
  'heatmap.spreadOver': '分散在 {{n}} 分钟内',
};
