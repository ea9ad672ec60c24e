import { MultiSelect, Select, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useWords } from '../../../i18n/index.js';
import { choicesOf, onDuty, peopleText, readChoice, readPeople, targetsOf } from './targets.js';
import type { WaysOut } from './use-ways-out.js';

interface Props {
  readonly label: string;
  readonly error: string | undefined;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

/** Channels and schedules that are told. What the file says in more words stays, under those words. */
export function TargetsInput({ value, ways, onChange, ...common }: Props & { readonly ways: WaysOut }) {
  const { t } = useWords();
  const chosen = choicesOf(value);
  const labelOf = (choice: string) => {
    const { channel, onCall, more } = readChoice(choice);
    const said = channel ?? t('doc.onDuty', { name: onCall ?? '' });
    return more === '' ? said : `${said} → ${more}`;
  };
  const offered = [...ways.channels, ...ways.schedules.map(onDuty)];
  return (
    <MultiSelect
      {...common}
      searchable
      hidePickedOptions
      data={[...new Set([...offered, ...chosen])].map((choice) => ({ value: choice, label: labelOf(choice) }))}
      nothingFoundMessage={t('doc.noChannels')}
      placeholder={chosen.length === 0 ? t('doc.chooseChannels') : ''}
      value={chosen}
      onChange={(next) => onChange(targetsOf(next))}
    />
  );
}

/** One channel, by name. @param own the one that is edited: it cannot stand in for itself */
export function ChannelInput({ value, ways, own, onChange, ...common }: Props & { ways: WaysOut; own: unknown }) {
  const { t } = useWords();
  const name = typeof value === 'string' ? value : null;
  const offered = ways.channels.filter((channel) => channel !== own);
  return (
    <Select
      {...common}
      clearable
      searchable
      data={[...new Set([...offered, ...(name === null ? [] : [name])])]}
      nothingFoundMessage={t('doc.noChannels')}
      value={name}
      onChange={(next) => onChange(next ?? undefined)}
    />
  );
}

/** People of the same document, in the order of their turns. */
export function PeopleOfInput({ value, people, onChange, ...common }: Props & { readonly people: unknown }) {
  const { t } = useWords();
  const chosen = choicesOf(value);
  const offered = typeof people === 'object' && people !== null ? Object.keys(people) : [];
  return (
    <MultiSelect
      {...common}
      description={t('doc.inOrder')}
      data={[...new Set([...offered, ...chosen])]}
      nothingFoundMessage={t('doc.noPeople')}
      value={chosen}
      onChange={onChange}
    />
  );
}

/**
 * People and where they are reached: the file follows as soon as each line can be read.
 * @param onHalf told whether there is something typed that the file has not
 */
export function PeopleInput({ value, error, onChange, onHalf, ...common }: Props & { onHalf: (is: boolean) => void }) {
  const { t } = useWords();
  const written = peopleText(value);
  const [typed, setTyped] = useState<string>();
  const shown = typed ?? written;
  const isWrong = typed !== undefined && readPeople(typed) === null;
  return (
    <Textarea
      {...common}
      // A line of its own, as wide as the form: one person a line.
      style={{ gridColumn: '1 / -1' }}
      wrap="off"
      description={t('doc.people.form')}
      error={isWrong ? t('doc.people.wrong') : error}
      placeholder="ann: email=ann@example.com, sms=+49 30 123456"
      rows={Math.max(3, shown.split('\n').length)}
      value={shown}
      onChange={(event) => {
        const text = event.currentTarget.value;
        setTyped(text);
        const people = readPeople(text);
        onHalf(people === null);
        if (people) onChange(people);
      }}
      // What cannot be read stays to be mended; the rest reads as the file has it.
      onBlur={() => !isWrong && setTyped(undefined)}
    />
  );
}
