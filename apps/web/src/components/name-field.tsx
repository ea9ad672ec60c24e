import { hostRoutes } from '@carillon/contract/http/hosts.routes';
import { jobRoutes } from '@carillon/contract/http/jobs.routes';
import { TextInput, type TextInputProps } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { query } from '../lib/api.js';

const typingMs = 250;
const offered = 10;

interface Props extends TextInputProps {
  /** Whose name it is. */
  readonly of: 'job' | 'host';
  readonly value: string;
}

/** The name of a job or host, wanted in full: those that have what is typed are offered, by the browser's own list. */
export function NameField({ of, value, ...props }: Props) {
  const listId = useId();
  const [isHere, setHere] = useState(false);
  const [rested] = useDebouncedValue(value.trim().slice(0, 100), typingMs);
  const asked = { limit: offered, search: rested };
  const wanted = isHere && rested !== '';
  const jobs = useQuery({ ...query(jobRoutes.list, asked), enabled: wanted && of === 'job' });
  const hosts = useQuery({ ...query(hostRoutes.list, asked), enabled: wanted && of === 'host' });
  const names = (of === 'job' ? jobs : hosts).data?.items.map(({ name }) => name) ?? [];
  return (
    <>
      <TextInput
        value={value}
        list={listId}
        autoComplete="off"
        onFocus={() => setHere(true)}
        onBlur={() => setHere(false)}
        {...props}
      />
      <datalist id={listId}>
        {wanted && names.map((name) => name !== value && <option key={name} value={name} />)}
      </datalist>
    </>
  );
}
