/**
 * What RE2 says of a pattern that it cannot read. These are its own words, with the piece that is wrong in quotes: what it says
 * otherwise in another version stands as it is.
 * @see https://pkg.go.dev/regexp/syntax#ErrorCode
 */
export const patternTexts = {
  pattern_class: 'error parsing regexp: invalid character class: `{{piece}}`',
  pattern_class_open: 'error parsing regexp: missing closing ]: `{{piece}}`',
  pattern_deep: 'error parsing regexp: expression nests too deeply: `{{piece}}`',
  pattern_duplicate: 'error parsing regexp: duplicate capture group name: `{{piece}}`',
  pattern_escape: 'error parsing regexp: invalid escape sequence: `{{piece}}`',
  pattern_group_name: 'error parsing regexp: invalid named capture: `{{piece}}`',
  pattern_group_open: 'error parsing regexp: missing closing ): `{{piece}}`',
  pattern_perl: 'error parsing regexp: invalid or unsupported Perl syntax: `{{piece}}`',
  pattern_range: 'error parsing regexp: invalid character class range: `{{piece}}`',
  pattern_repeat_count: 'error parsing regexp: invalid repeat count: `{{piece}}`',
  pattern_repeat_nested: 'error parsing regexp: invalid nested repetition operator: `{{piece}}`',
  pattern_repeat_nothing: 'error parsing regexp: missing argument to repetition operator: `{{piece}}`',
  pattern_stray_end: 'error parsing regexp: unexpected ): `{{piece}}`',
  pattern_trailing: 'error parsing regexp: trailing backslash at end of expression',
} as const;
