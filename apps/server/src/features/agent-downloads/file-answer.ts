/** What a client says of the copy that it has, and of the part that it wants. */
export interface FileRequest {
  readonly ifNoneMatch?: string | undefined;
  readonly ifRange?: string | undefined;
  readonly range?: string | undefined;
}

export type FileAnswer =
  | { readonly status: 304 }
  /** Nothing of the file lies in the range. */
  | { readonly status: 416 }
  /** Bytes `start` to `end`, both included; `end` is -1 for an empty file. */
  | { readonly status: 200 | 206; readonly start: number; readonly end: number };

/**
 * Which part of a file to send, after RFC 9110. One range is honoured, of several the whole file is sent, which is
 * allowed; so is a range that cannot be read.
 * @param file its strong entity tag, with quotes, and its size in bytes
 */
export function answerForFile(
  request: FileRequest,
  file: { readonly etag: string; readonly bytes: number },
): FileAnswer {
  const { etag, bytes } = file;
  if (names(request.ifNoneMatch, etag)) return { status: 304 };
  const whole = { status: 200, start: 0, end: bytes - 1 } as const;
  if (request.range === undefined || (request.ifRange !== undefined && request.ifRange !== etag)) return whole;
  const [, first = '', last = ''] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(request.range) ?? [];
  if (first === '' && last === '') return whole;
  // `-500`: the last 500 bytes.
  const start = first === '' ? Math.max(0, bytes - Number(last)) : Number(first);
  const end = first === '' || last === '' ? bytes - 1 : Math.min(Number(last), bytes - 1);
  if (first !== '' && last !== '' && Number(last) < Number(first)) return whole;
  return start >= bytes || end < start ? { status: 416 } : { status: 206, start, end };
}

function names(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  return header.trim() === '*' || header.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag);
}
