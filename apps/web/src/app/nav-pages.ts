import {
  IconAlertTriangle,
  IconBell,
  IconCalendarClock,
  IconChecks,
  IconGauge,
  IconGridDots,
  IconSend,
  IconServer,
  IconTimeline,
  IconTransferIn,
} from '@tabler/icons-react';

/** Pages of the menu, in its order. */
export const pages = [
  { to: '/', word: 'nav.overview', Icon: IconGauge },
  { to: '/incidents', word: 'nav.incidents', Icon: IconAlertTriangle },
  { to: '/deliveries', word: 'nav.deliveries', Icon: IconSend },
  { to: '/timeline', word: 'nav.timeline', Icon: IconTimeline },
  { to: '/heatmap', word: 'nav.heatmap', Icon: IconGridDots },
  { to: '/adoption', word: 'nav.adoption', Icon: IconTransferIn },
  { to: '/requests', word: 'nav.requests', Icon: IconChecks },
  { to: '/hosts', word: 'nav.hosts', Icon: IconServer },
  { to: '/jobs', word: 'nav.jobs', Icon: IconCalendarClock },
  { to: '/runs', word: 'nav.runs', Icon: IconBell },
] as const;

/** What alerting is configured with, under one heading. */
export const alertingPages = [
  { to: '/alerting/policies', word: 'nav.policies' },
  { to: '/alerting/channels', word: 'nav.channels' },
  { to: '/alerting/routes', word: 'nav.routes' },
  { to: '/alerting/on-call', word: 'nav.onCall' },
  { to: '/alerting/silences', word: 'nav.silences' },
  { to: '/alerting/maintenance', word: 'nav.maintenance' },
  { to: '/alerting/freezes', word: 'nav.freezes' },
  { to: '/alerting/calendars', word: 'nav.calendars' },
  { to: '/alerting/pauses', word: 'nav.pauses' },
  { to: '/alerting/subscriptions', word: 'nav.subscriptions' },
  { to: '/alerting/secrets', word: 'nav.secrets' },
  { to: '/alerting/audit', word: 'nav.audit' },
] as const;
