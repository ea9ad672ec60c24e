import { type SubscriptionEvent, subscriptionEvents } from '@carillon/core/alert/subscribe/subscription-events';
import { Checkbox, Group, Switch, Textarea, TextInput } from '@mantine/core';
import { useWords } from '../../../i18n/index.js';
import type { Subscription } from './subscription-type.js';

/** A subscription as it is typed. */
export interface Entered {
  readonly name: string;
  readonly url: string;
  readonly events: readonly string[];
  /** Matchers, one a line. */
  readonly match: string;
  readonly allowPrivateAddresses: boolean;
}

export const freshSubscription: Entered = {
  ...{ name: '', url: 'https://', match: '', allowPrivateAddresses: false },
  events: ['incident.opened', 'incident.resolved'],
};

export const enteredOf = ({ name, url, events, match, allowPrivateAddresses }: Subscription): Entered => ({
  ...{ name, url, events, allowPrivateAddresses },
  match: match.join('\n'),
});

/** As the API takes it. */
export const subscriptionBody = ({ name, url, events, match, allowPrivateAddresses }: Entered) => ({
  ...{ name: name.trim(), url: url.trim(), allowPrivateAddresses },
  events: events as SubscriptionEvent[],
  match: match.split('\n').flatMap((line) => line.trim() || []),
});

/** Beside which of them something may be wrong. */
export const subscriptionFields = ['name', 'url', 'match', 'events'] as const;

export const isWhole = ({ name, events }: Entered) => name.trim() !== '' && events.length > 0;

interface Props {
  readonly entered: Entered;
  readonly onChange: (entered: Entered) => void;
  readonly faultOf: (field: string) => string | undefined;
}

/** Where it goes, and what of. */
export function SubscriptionFields({ entered, onChange, faultOf }: Props) {
  const { t } = useWords();
  const change = (part: Partial<Entered>) => onChange({ ...entered, ...part });
  return (
    <>
      <TextInput
        label={t('common.name')}
        placeholder="helpdesk"
        required
        data-autofocus
        maxLength={64}
        error={faultOf('name')}
        value={entered.name}
        onChange={(event) => change({ name: event.currentTarget.value })}
      />
      <TextInput
        label={t('doc.url')}
        required
        type="url"
        error={faultOf('url')}
        value={entered.url}
        onChange={(event) => change({ url: event.currentTarget.value })}
      />
      <Checkbox.Group
        label={t('subscriptions.events')}
        error={faultOf('events')}
        value={[...entered.events]}
        onChange={(events) => change({ events })}
      >
        <Group mt={4}>
          {subscriptionEvents.map((value) => (
            <Checkbox key={value} value={value} label={value} />
          ))}
        </Group>
      </Checkbox.Group>
      <Textarea
        label={t('doc.match')}
        description={t('doc.onePerLine')}
        placeholder={'env=prod\nseverity=~medium|high'}
        rows={3}
        error={faultOf('match')}
        value={entered.match}
        onChange={(event) => change({ match: event.currentTarget.value })}
      />
      <Switch
        label={t('doc.allowPrivate')}
        checked={entered.allowPrivateAddresses}
        onChange={(event) => change({ allowPrivateAddresses: event.currentTarget.checked })}
      />
    </>
  );
}
