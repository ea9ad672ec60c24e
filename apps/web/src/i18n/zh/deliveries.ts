import type { deliveries as english } from '../en/deliveries.js';
import type { Same } from '../same.js';

/** Notices and what became of them. */
export const deliveries: Same<typeof english> = {
  'nav.deliveries': '通知投递',
  'deliveries.incident': '事件',
  'deliveries.none': '尚未发出任何通知。',
  'deliveries.channels': '通知发往何处',
  'deliveries.noneFound': '没有符合条件的通知。',
  'deliveries.sendAgain': '重新发送',
  'deliveries.sendAll': '重新发送 {{count}} 条',
  'deliveries.sentAgain_other': '{{count}} 条通知正在重新发送。',
};
