import type { ThingKind } from '@carillon/core/text/thing-kinds';

/** That there is none of them by such a name, or that it may not be seen. */
export const missing = '没有{{thing}}“{{name}}”。';
export const noSuch = '不存在（或已删除），或您无权查看。';

/** What the server may not have. */
export const thingNames: Readonly<Record<ThingKind, string>> = {
  AlertPolicy: '告警策略',
  Calendar: '日历',
  Channel: '渠道',
  Freeze: '冻结',
  MaintenanceWindow: '维护窗口',
  OnCall: '值班表',
  Route: '路由',
  Silence: '静默',
  account: '账户',
  'approver key': '审批人密钥',
  'change request': '变更申请',
  channel: '渠道',
  command: '命令',
  copy: '主机副本',
  delivery: '通知',
  'enrolment token': '加入令牌',
  host: '主机',
  'identity provider': '身份提供商',
  incident: '事件',
  job: '作业',
  'job version': '作业版本',
  link: '关联',
  'planned version': '计划版本',
  release: '代理安装包',
  'rollout of job': '分批发布，作业',
  route: '接口',
  run: '运行记录',
  secret: '机密',
  session: '会话',
  subscription: '订阅',
  task: '任务',
  'task change': '任务更改',
  'task group': '任务组',
  token: '令牌',
};
