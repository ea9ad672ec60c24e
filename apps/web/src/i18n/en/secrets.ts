export const secrets = {
  'secrets.text':
    'What channels and subscriptions sign in and sign with. Values are sealed with a key that is not in the database; they only go in and are never shown.',
  'secrets.new': 'New secret',
  'secrets.name': 'Name',
  'secrets.nameMeans': 'What channels name it by: { secret: NAME }',
  'secrets.badName': 'Letters, digits, dots, dashes and underscores, at most 64',
  'secrets.usedBy': 'Used by',
  'secrets.unused': 'nothing',
  'secrets.changed': 'Last changed',
  'secrets.set': 'Set another value',
  'secrets.setNamed': 'Set another value of {{name}}',
  'secrets.forget': 'Delete',
  'secrets.forgetMeans': 'Its value cannot be read or brought back.',
  'secrets.missing': 'Named and not handed over',
  'secrets.done': '{{name}} is kept; what uses it goes by the new value from now on.',
  'secrets.none': 'There is no secret yet. A channel that needs one says so.',
  'secrets.look': 'Show what is typed',
};
