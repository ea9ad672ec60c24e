/** What is said only on pages behind the first one. */
export { dryRunIn, reasonTextIn, sentenceIn, taskTextIn } from './say-sentence.js';
export { templateIn } from './templates.js';
export { checkedParts, namesInSentences } from './words.js';
export { yamlFaults } from './yaml.js';
