// What SECURITY.md says is tried, and what became of it.

/** The tests that a text names, each once, in its order. */
export function securityTests(text) {
  return [...new Set(text.match(/(?:apps|packages|tools)\/[\w./-]+\.test\.ts/g) ?? [])];
}

/** All tests that a text names, those of whole products among them, each once. */
export function namedTests(text) {
  return [...new Set(text.match(/(?:apps|packages|tools)\/[\w./-]+\.(?:test\.tsx?|whole\.ts)/g) ?? [])];
}

/**
 * A line for each file, and their sum. A test that says how many attacks it made (`task.meta.attacks`) counts with them,
 * any other as one.
 * @param tests as `{ file, passed, attacks }`
 */
export function attackLines(files, tests) {
  const rows = files.map((file) => {
    const own = tests.filter((test) => test.file === file);
    const sum = (count) => own.reduce((total, test) => total + count(test), 0);
    return {
      file,
      tried: sum(({ attacks }) => attacks?.tried ?? 1),
      refused: sum(({ passed, attacks }) => (attacks ? attacks.refused : passed ? 1 : 0)),
    };
  });
  const all = { file: 'all of them', tried: total(rows, 'tried'), refused: total(rows, 'refused') };
  return [
    line('tried', 'refused', 'attacks of'),
    ...[...rows, all].map((row) => line(row.tried, row.refused, row.file)),
  ];
}

const line = (tried, refused, file) => `${String(tried).padStart(7)}  ${String(refused).padStart(7)}  ${file}`;
const total = (rows, key) => rows.reduce((sum, row) => sum + row[key], 0);
