// What links and mentions of documents lead nowhere. Anchors are made of headings as GitHub makes them.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * Of one text in Markdown: each relative link whose file or heading is not there, as it is written.
 * @param text without it, that of the file
 */
export function brokenLinks(root, file, text = readFileSync(join(root, file), 'utf8')) {
  return linksOf(text).filter((link) => {
    const [path, anchor] = link.split('#');
    const target = path === '' ? file : join(dirname(file), decodeURI(path));
    if (path !== '' && !existsSync(join(root, target))) return true;
    if (anchor === undefined || !target.endsWith('.md')) return false;
    return !anchorsOf(target === file ? text : readFileSync(join(root, target), 'utf8')).has(decodeURI(anchor));
  });
}

/** Of any text: the documents that it mentions by their place in the repository, and that are not there. */
export function brokenMentions(root, text) {
  return [...text.matchAll(/\bdocs\/[\w/.-]+\.md\b/g)]
    .map(([path]) => path)
    .filter((path) => !existsSync(join(root, path)));
}

function linksOf(text) {
  const prose = withoutBlocks(text).replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\[[^\]]*\]\(([^)\s]+)(?: "[^"]*")?\)|^\[[^\]]+\]: (\S+)/gm)]
    .map(([, inline, below]) => inline ?? below)
    .filter((link) => !/^[a-z]+:/.test(link));
}

/** The anchors of a text's headings, and those that it sets itself. */
export function anchorsOf(text) {
  const anchors = new Set([...text.matchAll(/<a (?:id|name)="([^"]+)"/g)].map(([, name]) => name));
  const times = new Map();
  for (const [, heading] of withoutBlocks(text).matchAll(/^#{1,6} +(.+?)[ #]*$/gm)) {
    const words = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase();
    const anchor = words
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .trim()
      .replaceAll(' ', '-');
    const before = times.get(anchor) ?? 0;
    times.set(anchor, before + 1);
    anchors.add(before === 0 ? anchor : `${anchor}-${before}`);
  }
  return anchors;
}

const withoutBlocks = (text) => text.replace(/^ *```[\s\S]*?^ *```/gm, '');
