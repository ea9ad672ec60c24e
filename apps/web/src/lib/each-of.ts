/** What became of an act on several things. */
export interface EachOutcome<T> {
  readonly done: readonly T[];
  readonly failed: readonly { readonly name: T; readonly error: unknown }[];
  /** Not begun any more, since somebody stopped it. */
  readonly left: readonly T[];
}

/** Requests under way at a time. */
const atOnce = 4;

/** Does one thing to each of several. What fails for one is told, and the others go on. @param onProgress told how many were tried */
export async function eachOf<T>(
  names: readonly T[],
  act: (name: T) => Promise<unknown>,
  onProgress: (tried: number) => void = () => undefined,
  stop?: AbortSignal,
): Promise<EachOutcome<T>> {
  const done: T[] = [];
  const failed: { name: T; error: unknown }[] = [];
  const waiting = [...names];
  const work = async () => {
    for (let name = waiting.shift(); name !== undefined; name = stop?.aborted ? undefined : waiting.shift()) {
      try {
        await act(name);
        done.push(name);
      } catch (error) {
        failed.push({ name, error });
      }
      onProgress(done.length + failed.length);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return { done, failed, left: waiting };
}
