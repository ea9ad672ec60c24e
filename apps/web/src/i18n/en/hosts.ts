/** Hosts, as far as the first page names them; the rest is in host-page. */
export const hosts = {
  'hosts.presence': 'Presence',
  'hosts.labels': 'Labels',
  'presence.online': 'online',
  'presence.lagging': 'lagging',
  'presence.offline': 'offline',
  'presence.never-seen': 'never seen',
};
