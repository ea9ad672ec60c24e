/** The first signal asks for an orderly stop, also while still starting; the third ends us at once. */
export function stopOnSignal(): AbortSignal {
  const controller = new AbortController();
  let count = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      count += 1;
      if (count >= 3) process.exit(1);
      controller.abort();
    });
  }
  return controller.signal;
}
