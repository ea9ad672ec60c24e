export { type Figures, type Means, type Said, say } from '@carillon/core/text/say';
