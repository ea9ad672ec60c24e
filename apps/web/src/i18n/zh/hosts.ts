import type { hosts as english } from '../en/hosts.js';
import type { Same } from '../same.js';

export const hosts: Same<typeof english> = {
  'hosts.presence': '在线状态',
  'hosts.labels': '标签',
  'presence.online': '在线',
  'presence.lagging': '滞后',
  'presence.offline': '离线',
  'presence.never-seen': '从未上线',
};
