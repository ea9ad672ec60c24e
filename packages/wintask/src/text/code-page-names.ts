import { SINGLE_BYTE_PAGES } from './code-page-tables.js';

/** Labels that TextDecoder knows, for the pages that are not in our own tables. */
const OTHER_PAGES: Readonly<Record<number, string>> = {
  932: 'shift_jis',
  936: 'gbk',
  949: 'euc-kr',
  950: 'big5',
  1200: 'utf-16le',
  1201: 'utf-16be',
  54936: 'gb18030',
  65001: 'utf-8',
};

/** Further names in XML declarations, which people write by hand. */
const ALIASES: Readonly<Record<string, number>> = {
  ascii: 65001,
  gb2312: 936,
  'utf-16': 1200,
  'iso-8859-1': 1252,
  'ks_c_5601-1987': 949,
  sjis: 932,
  'us-ascii': 65001,
  utf8: 65001,
  'windows-31j': 932,
  'windows-949': 949,
};

/**
 * The name of a Windows code page, as WHATWG and IANA write it in lower case: `ibm850`, `windows-1252`, `gbk`.
 * @param codePage number as `chcp` and the registry's OEMCP hold it
 * @returns undefined for a page that is not read here
 */
export function codePageName(codePage: number): string | undefined {
  const other = OTHER_PAGES[codePage];
  if (other !== undefined) return other;
  if (SINGLE_BYTE_PAGES[codePage] === undefined) return undefined;
  return codePage === 874 || codePage >= 1250 ? `windows-${codePage}` : `ibm${codePage}`;
}

/** The code page behind a name, in any case; also `cp850` and common aliases. The inverse of `codePageName`. */
export function codePageNamed(name: string): number | undefined {
  const lower = name.trim().toLowerCase();
  if (Object.hasOwn(ALIASES, lower)) return ALIASES[lower];
  for (const [page, known] of Object.entries(OTHER_PAGES)) if (known === lower) return Number(page);
  const number = /^(?:cp|ibm|windows-)0*(\d{3,5})$/.exec(lower)?.[1];
  return number !== undefined && codePageName(Number(number)) !== undefined ? Number(number) : undefined;
}
