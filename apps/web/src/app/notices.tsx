import '@mantine/notifications/styles.css';
import { Notifications } from '@mantine/notifications';

/** Where short messages appear. It has its own code: a page that has just opened has nothing to say yet. */
export function Notices() {
  return <Notifications position="top-right" />;
}
