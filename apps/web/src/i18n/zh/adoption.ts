import type { adoption as english } from '../en/adoption.js';
import type { Same } from '../same.js';

export const adoption: Same<typeof english> = {
  'adoption.title': '接管',
  'adoption.intro':
    '主机在使用 Carillon 之前已有的任务，相似的归为一组。被接管的任务会被停用并保留；之后由作业代替运行。',
  'adoption.ask': '询问所有主机',
  'adoption.asked_other': '已询问 {{count}} 台主机。',
  'adoption.waiting_other': '{{count}} 台尚未回复。',
  'adoption.offline': '未连接：{{n}}',
  'adoption.none': '没有任何主机上报自有任务。请询问：',
  'adoption.noneFound': '没有匹配的分组。',
  'adoption.groups': '相似任务分组',
  'adoption.tasks': '任务',
  'adoption.variants': '变体',
  'adoption.replaced': '已接管',
  'adoption.adopt': '接管',
  'adoption.look': '查看详情',
  'adoption.back': '全部分组',
  'adoption.differ': '不同之处',
  'adoption.same': '在所有主机上都相同。',
  'adoption.onHosts_other': '在 {{count}} 台主机上',
  'adoption.preview': '将要注册的内容',
  'adoption.job_other': '{{name}}，用于 {{count}} 台主机',
  'adoption.notes': '之后会有的不同',
  'adoption.refused': '不接管',
  'adoption.nothing': '这些任务都无法接管。',
  'adoption.confirm_other': '接管为 {{count}} 个作业',
  'adoption.progress': '各主机进度',
  'adoption.applied': '{{all}} 台中已注册 {{n}} 台',
  'adoption.withdraw': '删除该作业会把主机原有的任务原样恢复。',
};
