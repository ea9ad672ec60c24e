import '@mantine/core/styles.css';
import './app/app.css';
import { createRoot } from 'react-dom/client';
import { App } from './app/app.js';
import { keepEarlyKeys } from './app/finder/early-keys.js';
import { startI18n } from './i18n/index.js';
import { offerStyleNonce } from './lib/style-nonce.js';

offerStyleNonce();
keepEarlyKeys();
// Not awaited here: the words of a language import from the file that this is bundled into, and would wait for its end.
void startI18n().then(() => {
  const root = document.getElementById('root');
  if (root) createRoot(root).render(<App />);
});
