import { createHash } from 'node:crypto';
import type { ChannelSpec } from '../documents/channel.schema.js';

/**
 * Names what a provider counts messages by: the robot, the account, the number. Channels that are the same to their
 * provider share its room, whatever they are called here. Holds no secret: addresses that are one are named by theirs.
 */
export function bucketOf(channel: ChannelSpec): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(countedBy(channel)))
    .digest('hex')
    .slice(0, 24);
  return `${channel.type}/${digest}`;
}

function countedBy(channel: ChannelSpec): readonly (string | number | null)[] {
  switch (channel.type) {
    case 'slack':
    case 'teams':
    case 'wecom':
    case 'dingtalk':
    case 'feishu':
      return [channel.url.secret];
    case 'pagerduty':
      return [channel.url, channel.routingKey.secret];
    case 'twilio-sms':
    case 'twilio-voice':
      return [channel.url, channel.accountSid, channel.from];
    case 'smtp':
      return [channel.host.toLowerCase(), channel.port, channel.username];
    case 'webhook':
      return [channel.url];
    case 'servicenow':
    case 'jira':
      return [channel.url, channel.username];
  }
}
