const answerMs = 2_000;

/** The result, or an error when it takes longer: a queue without a connection would wait for ever. */
export async function inTime<T>(work: Promise<T>, limitMs = answerMs): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, refuse) => {
    timer = setTimeout(() => refuse(new Error(`the queue did not answer within ${limitMs} ms`)), limitMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
