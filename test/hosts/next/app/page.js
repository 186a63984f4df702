import { createElement as e } from 'react';

export default function Page() {
  return e('h1', null, 'Hello from Next');
}
