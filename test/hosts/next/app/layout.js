import { createElement as e } from 'react';

export const metadata = { title: 'sluice' };

export default function Layout({ children }) {
  return e('html', { lang: 'en' }, e('body', null, children));
}
