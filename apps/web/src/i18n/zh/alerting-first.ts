import type { alertingFirst as english } from '../en/alerting-first.js';
import type { Same } from '../same.js';

export const alertingFirst: Same<typeof english> = {
  'nav.alerting': '告警配置',
  'nav.policies': '策略',
  'nav.channels': '渠道',
  'nav.routes': '路由',
  'nav.onCall': '值班',
  'nav.silences': '静默',
  'nav.maintenance': '维护窗口',
  'nav.freezes': '冻结期',
  'nav.calendars': '日历',
  'nav.pauses': '暂停',
  'nav.subscriptions': '订阅',
  'nav.secrets': '机密',
  'nav.audit': '审计',
  'way.works': '正常',
  'way.failing': '失败，将重试',
  'way.stopped': '已停止',
  'way.off': '已关闭',
  'channels.waiting_other': '{{count}} 条等待',
  'unreached.title': '此途径无法通知',
  'unreached.channel': '渠道 {{name}}',
  'unreached.subscription': '订阅 {{name}}',
  'unreached.since': '自',
};
