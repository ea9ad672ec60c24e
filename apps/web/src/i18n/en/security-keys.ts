/** Keys with which people approve. */
export const securityKeys = {
  'securityKeys.title': 'Keys to approve with',
  'securityKeys.text':
    'Hosts whose own policy asks for it take only what approvers have signed. A security key signs in this browser; hosts that list its fingerprint count it.',
  'securityKeys.name': 'Name of the new key',
  'securityKeys.nameHint': 'such as “the blue one”, or this computer’s name',
  'securityKeys.make': 'Register a security key',
  'securityKeys.made':
    'Registered. Hosts count it once people on them have put its fingerprint into their policy; write it down now, and compare:',
  'securityKeys.fingerprint': 'Fingerprint',
  'securityKeys.kind': 'Kind',
  'securityKeys.ofBrowser': 'security key',
  'securityKeys.ofCommandLine': 'command line',
  'securityKeys.remove': 'Forget',
  'securityKeys.removeNamed': 'Forget {{name}}',
  'securityKeys.signed': 'What is signed',
  'securityKeys.hosts': 'Hosts',
  'securityKeys.hash': 'Hash',
  'securityKeys.compare': 'Hosts count it where their policy lists the fingerprint of the key:',
  'securityKeys.approve': 'Approve and sign with a security key',
  'securityKeys.refusedBy': 'Refused without (more) signatures of approvers by: {{hosts}}',
  'securityKeys.signedBy': 'Signed by: {{names}}',
  'securityKeys.whole': 'The whole definition',
  'securityKeys.sign': 'Sign with a security key',
  'securityKeys.noneYet': 'To sign this for hosts that ask for it, register a security key for this address first:',
  'securityKeys.tooMany': 'One touch signs at most {{n}} jobs; use “carillon requests approve”.',
  'securityKeys.no.insecure': 'Browsers have security keys only on pages that are served by https, or as localhost.',
  'securityKeys.no.unsupported': 'This browser has no security keys (WebAuthn).',
  'securityKeys.no.address':
    'Security keys are bound to a name, and this page was opened by an address: open it by its name (localhost in place of 127.0.0.1).',
  'securityKeys.cancelled':
    'Nothing was signed: it was cancelled, took too long, or the key could not verify you by a PIN, a finger or your face.',
  'securityKeys.alreadyMade': 'This security key is registered already.',
  'securityKeys.otherKind': 'This security key makes no keys that hosts can check (ES256, Ed25519, RS256).',
  'securityKeys.askRemove': 'Forget {{name}}?',
  'securityKeys.removeMeans':
    'Nothing can be approved with it here any more. Hosts that list its fingerprint go on counting what it has signed until it is taken out of their policy.',
};
