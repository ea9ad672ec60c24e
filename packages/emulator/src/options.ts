/** Options of a schtasks call by name without the slash, in lower case; flags have the value ''. */
export type Options = ReadonlyMap<string, string>;
export type ParsedOptions = { ok: true; verb: string; options: Options } | { ok: false; message: string };

/** For each verb its options: true when a value follows, 'maybe' when one may. */
const VERBS: Record<string, Record<string, boolean | 'maybe'>> = {
  create: { tn: true, xml: true, f: false, ru: true, rp: 'maybe', hresult: false },
  query: { tn: true, fo: true, nh: false, v: false, xml: 'maybe', hresult: false },
  run: { tn: true, i: false, hresult: false },
  end: { tn: true, hresult: false },
  delete: { tn: true, f: false, hresult: false },
  change: { tn: true, enable: false, disable: false, hresult: false },
};

const isOption = (word: string | undefined) => word !== undefined && /^[/-][A-Za-z]+$/.test(word);

/** Reads a command line in the manner of schtasks: a verb, then options with `/` or `-`, in any case and order. */
export function parseOptions(words: readonly string[]): ParsedOptions {
  const first = words[0];
  const verb = first === undefined ? 'query' : first.slice(1).toLowerCase();
  const known = VERBS[verb];
  if ((first !== undefined && !isOption(first)) || !known)
    return { ok: false, message: `Invalid argument/option - '${first}'.` };
  const options = new Map<string, string>();
  for (let index = 1; index < words.length; index++) {
    const word = words[index]!;
    const name = word.slice(1).toLowerCase();
    const takes = isOption(word) ? known[name] : undefined;
    if (takes === undefined) return { ok: false, message: `Invalid argument/option - '${word}'.` };
    if (options.has(name))
      return { ok: false, message: `Invalid syntax. '${word}' option is not allowed more than '1' time(s).` };
    const next = words[index + 1];
    const hasValue = takes === true ? next !== undefined : takes === 'maybe' && next !== undefined && !isOption(next);
    if (takes === true && !hasValue) return { ok: false, message: `Invalid syntax. Value expected for '${word}'.` };
    options.set(name, hasValue ? next! : '');
    if (hasValue) index += 1;
  }
  return { ok: true, verb, options };
}
