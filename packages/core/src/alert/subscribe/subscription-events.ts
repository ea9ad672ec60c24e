/** What a subscription may ask for. */
export const subscriptionEvents = ['incident.opened', 'incident.updated', 'incident.resolved', 'run.failed'] as const;
export type SubscriptionEvent = (typeof subscriptionEvents)[number];
/** What it is sent: `ping` is a test. */
export type DeliveredEvent = SubscriptionEvent | 'ping';
