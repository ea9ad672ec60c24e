/**
 * Turns the bytes of a task file into text: UTF-16 (either order) or UTF-8, with or without a byte order mark. The
 * declaration is not believed, because many real files contradict it: bytes that are not valid UTF-8 are read as
 * Windows-1252, the commonest ANSI code page.
 */
export function decodeTaskXml(bytes: Uint8Array): string {
  const [first, second, third] = bytes;
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0xfe && second === 0xff) return swapped(bytes);
  if (first === 0xef && second === 0xbb && third === 0xbf) return new TextDecoder('utf-8').decode(bytes);
  // Without a mark, a task starts with `<`, whose other byte is zero in UTF-16.
  if (first === 0x3c && second === 0) return new TextDecoder('utf-16le').decode(bytes);
  if (first === 0 && second === 0x3c) return swapped(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

function swapped(bytes: Uint8Array): string {
  const even = bytes.slice(0, bytes.length & ~1);
  for (let index = 0; index < even.length; index += 2) {
    const byte = even[index]!;
    even[index] = even[index + 1]!;
    even[index + 1] = byte;
  }
  return new TextDecoder('utf-16le').decode(even);
}
