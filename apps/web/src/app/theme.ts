import { createTheme } from '@mantine/core';

/** Calm and dense: people look at this all day, often on a second screen. */
export const theme = createTheme({
  primaryColor: 'cyan',
  // Dark enough for links on white, and for white words on buttons.
  primaryShade: 9,
  defaultRadius: 'sm',
  fontFamily: 'system-ui, -apple-system, "Segoe UI", "Microsoft YaHei", "PingFang SC", "Noto Sans CJK SC", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "Cascadia Mono", Consolas, "Noto Sans Mono CJK SC", monospace',
  headings: { fontWeight: '600', sizes: { h1: { fontSize: '1.5rem' }, h2: { fontSize: '1.1rem' } } },
  components: {
    Table: { defaultProps: { verticalSpacing: 6, horizontalSpacing: 'sm', highlightOnHover: true } },
    // A state that is cut off says nothing: tables scroll rather than squeeze it.
    Badge: { defaultProps: { miw: 'max-content' } },
  },
});
