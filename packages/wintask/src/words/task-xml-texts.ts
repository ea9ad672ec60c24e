import type { SentenceOf } from './sentence.js';

/** Why a text is no XML, each sentence under the name by which another language knows it. */
export const xmlTexts = {
  xml_attribute_twice: 'attribute {{name}} is given twice',
  xml_cdata_open: 'a CDATA section is not closed',
  xml_characters: 'the document contains characters that XML does not allow',
  xml_comment_open: 'a comment is not closed',
  xml_deep: 'elements are nested deeper than {{limit}}',
  xml_document_type: 'document types are not allowed',
  xml_element_open: 'element {{name}} is not closed',
  xml_end_tag: 'end tag {{name}} is malformed',
  xml_entity: 'an & must start a known entity such as &amp;',
  xml_instruction_open: 'a processing instruction is not closed',
  xml_long: 'the document is too long',
  xml_mixed: 'element {{name}} mixes text and elements',
  xml_name: 'a name must follow <',
  xml_no_element: 'the document must start with an element',
  xml_other_end: 'end tag {{closing}} does not match start tag {{name}}',
  xml_rest: 'nothing may follow the root element',
  xml_start_tag: 'start tag {{name}} is malformed',
} as const;
export type XmlText = SentenceOf<typeof xmlTexts>;

/** What a value of a task definition is to be. */
export const fieldValueTexts = {
  field_boolean: 'true or false',
  field_boundary: 'a date and time such as 2026-03-01T02:30:00',
  field_choice: 'one of {{values}}',
  field_duration: 'a duration such as PT1H30M',
  field_filled: 'text that is not blank',
  field_number: 'a whole number from {{min}} to {{max}}',
} as const;

/** Why XML is no task definition, each sentence under the name by which another language knows it. */
export const taskXmlTexts = {
  ...xmlTexts,
  task_action: 'a task needs an action',
  task_action_kind: '{{name}} is not a kind of action',
  task_attribute: '{{element}} has an unexpected attribute {{name}}',
  task_calendar: 'a CalendarTrigger needs a schedule',
  task_calendars: 'a CalendarTrigger has one schedule',
  task_context: 'Context "{{name}}" names no Principal',
  task_holds_text: '{{name}} holds text only',
  task_namespace: 'the namespace "{{name}}" is not that of a task',
  task_needs: '{{name}} needs {{child}}',
  task_none: '{{name}} is not a task',
  task_part: '{{name}} is not a part of a task',
  task_too_many: '{{name}} has more than {{limit}} elements',
  task_trigger_kind: '{{name}} is not a kind of trigger',
  task_twice: '{{name}} is given twice',
  task_unexpected: '{{name}} is not expected in {{element}}',
  task_value: '{{name}} "{{value}}": expected {{xml}}',
} as const;
export type TaskXmlText = SentenceOf<typeof taskXmlTexts>;
