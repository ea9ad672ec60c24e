/** The walk for newcomers. */
export const tour = {
  'tour.take': 'Take the tour',
  'tour.start': 'Show me around',
  'tour.offer.title': 'New here?',
  'tour.offer.text': 'Two minutes show where to look first, and where the answers are.',
  'tour.offer.no': 'No, thanks',
  'tour.step': '{{n}} of {{count}}',
  'tour.back': 'Back',
  'tour.next': 'Next',
  'tour.done': 'Done',
  'tour.leave': 'Leave the tour',
  'tour.now.title': 'Look here first',
  'tour.now.text':
    'What needs a person, the unanswered and the severe on top. While it is empty, nobody has to do anything; all else on this page only says how the day goes.',
  'tour.now.narrow.title': 'Look here first',
  'tour.now.narrow.text':
    'What needs a person, the unanswered and the severe on top. While it is empty, nobody has to do anything. All pages are behind the menu at the top left.',
  'tour.hosts.title': 'Hosts that work on their own',
  'tour.hosts.text':
    'Jobs are real tasks in the Task Scheduler of each host. They start on time even while a host is cut off or this server is down, and every run is reported afterwards: none is lost.',
  'tour.hosts.none.title': 'It begins with a host',
  'tour.hosts.none.text':
    'One line, pasted on a Windows machine, brings the agent there. It calls this server by itself, so no port has to be opened on the host.',
  'tour.jobs.title': 'How a job has been doing',
  'tour.jobs.text':
    'Each small bar is a run, the newest at the right; red ones failed. Beside them: the next start, and on how many hosts the job really is in place. You see trouble before somebody calls.',
  'tour.jobs.none.title': 'Here you write the first job',
  'tour.jobs.none.text':
    'Begin with a template. Before anything is stored, you see which hosts it would reach and when it would start: no surprise at two in the morning.',
  'tour.why.title': '“Why didn’t it run?”',
  'tour.why.text':
    'The question of every morning has an answer here, for any host and time: the host was off, a condition did not hold, somebody switched the task off. You also see how it is known.',
  'tour.run.title': 'What a run wrote',
  'tour.run.text':
    'The output of the program, live while it runs, with errors marked; above it, the exit code in words. Nobody has to log on to a host to see why something failed.',
  'tour.incident.title': 'Say that you have it',
  'tour.incident.text':
    '“Acknowledge” tells the others, and the next in line is not called. Forty hosts that fail alike are one incident, not forty messages; it ends by itself when all is well again.',
  'tour.incident.reader.title': 'One incident, not forty messages',
  'tour.incident.reader.text':
    'Hosts that fail alike are put together, with what they have in common: often the cause. Below is every decision: who was told, when, and who answered.',
  'tour.incident.none.title': 'Trouble will show up here',
  'tour.incident.none.text':
    'Policies say what counts as trouble, such as three failures in a row. Forty hosts that fail alike become one incident, not forty messages, and it ends by itself when all is well again.',
  'tour.find.title': 'Everything by a few letters',
  'tour.find.text':
    '{{key}} goes to any page, job, host or incident, and does things: run, edit, silence. This tour is in there too, and in the menu under your name.',
  'tour.find.narrow.title': 'Everything by a few letters',
  'tour.find.narrow.text':
    '“Find” goes to any page, job, host or incident, and does things: run, edit, silence. This tour is in there too, and in the menu under your name.',
};
