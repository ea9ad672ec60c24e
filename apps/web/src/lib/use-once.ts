import { type UseMutationOptions, type UseMutationResult, useMutation } from '@tanstack/react-query';
import { useRef } from 'react';

/**
 * `useMutation` for what a click does: while it is under way it is not begun again. The button shows that only with the
 * next picture, which the second click of a double click does not wait for.
 */
export function useOnce<TData, TVariables = void>(
  options: UseMutationOptions<TData, Error, TVariables>,
): UseMutationResult<TData, Error, TVariables> {
  const isUnderWay = useRef(false);
  const act = useMutation({
    ...options,
    onSettled: (...args) => {
      isUnderWay.current = false;
      return options.onSettled?.(...args);
    },
  });
  const mutate: typeof act.mutate = (...args) => {
    if (isUnderWay.current) return;
    isUnderWay.current = true;
    act.mutate(...args);
  };
  return { ...act, mutate };
}
