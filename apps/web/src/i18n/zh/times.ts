import type { times as english } from '../en/times.js';
import type { Same } from '../same.js';

export const times: Same<typeof english> = {
  'times.clock': '时间显示为',
  'times.own': '我的本地时间',
  'times.host': '主机时间',
  'times.utc': 'UTC',
  'export.means': '所有匹配的行，保存为电子表格文件。列名和代码固定为英文，便于程序读取；说明文字为中文。',
  'export.cut_other': '还有更多行：这里只有前 {{count}} 行。',
  'export.rows_other': '已读 {{count}} 行；停止',
};
