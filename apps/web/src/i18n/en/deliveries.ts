/** Notices and what became of them. */
export const deliveries = {
  'nav.deliveries': 'Deliveries',
  'deliveries.incident': 'Incident',
  'deliveries.none': 'Nobody was told anything yet.',
  'deliveries.channels': 'Where notices go',
  'deliveries.noneFound': 'No notice matches.',
  'deliveries.sendAgain': 'Send again',
  'deliveries.sendAll': 'Send {{count}} again',
  'deliveries.sentAgain_one': '{{count}} notice is sent again.',
  'deliveries.sentAgain_other': '{{count}} notices are sent again.',
};
