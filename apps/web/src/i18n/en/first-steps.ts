/** What a newcomer does first. */
export const first = {
  'first.title': 'First steps',
  'first.hide': 'Hide',
  'first.done': 'done',
  'first.later': 'Find (Ctrl-K) brings these steps back, and everything else.',
  'first.host': 'A host',
  'first.host.text': 'Where jobs run: one line on a Windows host brings the agent there.',
  'first.host.act': 'Add a host',
  'first.job': 'A job',
  'first.job.text': 'What runs, when and where, from a template. You see what it would do before it is stored.',
  'first.job.act': 'Write a job',
  'first.run': 'A run',
  'first.run.text':
    'Start the job by hand and watch its output. By its schedule it starts on its host, also while this server is down.',
  'first.run.act': 'Choose a job',
  'first.channel': 'A channel',
  'first.channel.text': 'Where people are told: e-mail, chat, phone, tickets. Each can be tested with a real message.',
  'first.channel.act': 'Make a channel',
  'first.policy': 'An alert policy',
  'first.policy.text': 'What is worth telling them, say three failures in a row.',
  'first.policy.act': 'Make a policy',
};
